"use strict";
// What a page gains where there is script; everything works without it.

// A summary of what is to be mended is gone to when the page is shown.
document.querySelector("[data-focus]")?.focus();

// Long work: how far it is, until it ends; then the page is fetched anew.
const task = document.querySelector("[data-task]");
if (task) {
  const look = async () => {
    try {
      const state = await (await fetch(task.dataset.task, { credentials: "same-origin" })).json();
      const bar = task.querySelector("progress");
      if (state.state !== task.dataset.state || (state.of > 0) !== Boolean(bar)) return location.reload();
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
