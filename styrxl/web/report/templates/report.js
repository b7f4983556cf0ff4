"use strict";
(() => {
  const form = document.querySelector("form[role=search]");
  const input = document.getElementById("search");
  const output = form.querySelector("output");
  const rows = [...document.querySelectorAll("tbody tr, .tree li")];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  form.hidden = false;
  const openAll = (open) => document.querySelectorAll("main details").forEach((one) => { one.open = open; });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelectorAll("button").forEach((button) => button.addEventListener("click", () => openAll(button.dataset.open === "true")));
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    rows.forEach((row) => {
      const fits = texts.get(row).includes(wanted);
      row.toggleAttribute("data-away", !fits);
      found += fits ? 1 : 0;
    });
    if (wanted) openAll(true);
    output.textContent = wanted ? output.dataset.found.replace("{n}", found) : "";
  });
})();
