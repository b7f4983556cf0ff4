"use strict";
(() => {
  const form = document.querySelector("form[role=search]");
  const input = document.getElementById("search");
  const output = form.querySelector("output");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  form.hidden = false;

  // What need not be scrolled need not be stopped at on the way through the page.
  const scrolled = all(".scroll");
  const watch = () => scrolled.map((one) => [one, one.scrollWidth > one.clientWidth]).forEach(([one, wide]) => {
    if (wide) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  });
  watch();
  let next = 0;
  const watchSoon = () => {
    cancelAnimationFrame(next);
    next = requestAnimationFrame(watch);
  };
  window.addEventListener("resize", watchSoon);
  document.addEventListener("toggle", watchSoon, true);

  const openAll = (open) => all("main details").forEach((one) => { one.open = open; });
  form.addEventListener("submit", (event) => event.preventDefault());
  all("button", form).forEach((button) => button.addEventListener("click", () => openAll(button.dataset.open === "true")));

  const rows = all("tbody tr, .tree li").filter((row) => !row.closest(".outer"));
  const own = (row) => row.querySelector(":scope > details > summary") || row;
  let texts = null;
  const opened = new Set();
  const show = (wanted) => {
    texts = texts || new Map(rows.map((row) => [row, own(row).textContent.toLowerCase()]));
    opened.forEach((one) => { one.open = false; });
    opened.clear();
    const hits = new Set(rows.filter((row) => texts.get(row).includes(wanted)));
    const seen = new Set();
    hits.forEach((row) => {
      for (let one = row; one && one.id !== "content"; one = one.parentElement) seen.add(one);
      all("li", row).forEach((one) => seen.add(one));
    });
    all(".outer, .said, figure").forEach((one) => one.toggleAttribute("data-away", wanted !== ""));
    [...all("main section, main .part"), ...rows].forEach((one) => one.toggleAttribute("data-away", wanted !== "" && !seen.has(one)));
    if (wanted) all("main details").forEach((one) => {
      if (one.open || !all(":scope tr, :scope li", one).some((row) => hits.has(row))) return;
      one.open = true;
      opened.add(one);
    });
    output.textContent = wanted ? output.dataset.found.replace("{n}", hits.size) : "";
  };
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => show(input.value.trim().toLowerCase()), 150);
  });
})();
