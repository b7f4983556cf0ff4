"use strict";
// What a page gains where there is script; everything works without it.

// A summary of what is to be mended is gone to when the page is shown.
document.querySelector("[data-focus]")?.focus();

// A page that answers a form, and has an address of its own besides: shown anew, it is asked for there, and nothing is sent again.
const here = document.querySelector("[data-here]");
if (here) history.replaceState(null, "", here.dataset.here);

// Long work: how far it is, until it ends; then the page is fetched anew.
const task = document.querySelector("[data-task]");
if (task) {
  const look = async () => {
    try {
      const state = await (await fetch(task.dataset.task, { credentials: "same-origin" })).json();
      const bar = task.querySelector("progress");
      const shown = [task.dataset.state, task.dataset.said, task.dataset.waiting, String(Boolean(bar))];
      if ([state.state, state.said, state.waiting, state.of > 0].some((value, index) => String(value) !== shown[index])) return location.reload();
      if (bar) {
        bar.value = state.finished;
        bar.max = state.of;
        task.querySelector("[data-count]").textContent = task.querySelector("[data-count]").textContent.replace(/\d+(\D+)\d+/, `${state.finished}$1${state.of}`);
      }
    } catch {
      // The desk may have been closed: the link below says so when it is followed.
    }
    setTimeout(look, 700);
  };
  setTimeout(look, 400);
}

// Files that are dropped anywhere in the form are chosen; when each was changed last goes with them, so that the newest counts.
for (const form of document.querySelectorAll("[data-drop]")) {
  const files = form.querySelector("input[type=file]");
  const over = (event, on) => {
    event.preventDefault();
    form.classList.toggle("over", on);
  };
  form.addEventListener("dragover", (event) => over(event, true));
  form.addEventListener("dragleave", (event) => over(event, false));
  form.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length > 0) files.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", () => {
    if (form.elements.changed) form.elements.changed.value = Array.from(files.files, (file) => file.lastModified).join();
  });
}
