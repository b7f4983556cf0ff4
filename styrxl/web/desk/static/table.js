"use strict";
// What a round's table gains where there is script: rows chosen while one types, and keys to go from row to row.
const table = document.getElementById("owners");
const search = document.getElementById("q");
const shown = document.getElementById("shown");
const rows = [...document.querySelectorAll("tr.owner")];
const texts = rows.map((row) => `${row.closest("tbody").querySelector("tr.group")?.textContent ?? ""} ${row.textContent}`.toLocaleLowerCase());

const choose = () => {
  const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, n) => {
    row.hidden = !words.every((word) => texts[n].includes(word));
    count += row.hidden ? 0 : 1;
  });
  for (const body of table.tBodies) body.hidden = ![...body.querySelectorAll("tr.owner")].some((row) => !row.hidden);
  shown.firstChild.textContent = shown.dataset.shown.replace("#", count);
};

const go = (row, step) => {
  const there = rows.filter((one) => !one.hidden);
  there[Math.min(Math.max(row ? there.indexOf(row) + step : 0, 0), there.length - 1)]?.querySelector("a").focus();
};

// "/" leads to the search box from the table; from all of the page only for those who ask for it, since speech and screen readers type, too.
const everywhere = document.getElementById("keys");
if (everywhere) {
  everywhere.closest("[data-keys]").hidden = false;
  everywhere.checked = localStorage.getItem("styrxl-slash") === "yes";
  everywhere.addEventListener("change", () => localStorage.setItem("styrxl-slash", everywhere.checked ? "yes" : "no"));
}

if (table && search) {
  search.addEventListener("input", choose);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); go(null, 0); }
    if (event.key === "Escape" && search.value) { event.preventDefault(); search.value = ""; choose(); }
  });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(event.target.closest("tr.owner"), step);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    const here = table.contains(event.target) || everywhere?.checked;
    if (event.key !== "/" || typing || !here || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}
