// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// A box above each long table that shows the rows with some text only. Without script the tables are whole.

const ROWS_WORTH_IT = 20;

for (const table of document.querySelectorAll("table[data-filter]")) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < ROWS_WORTH_IT) continue;
  const label = document.createElement("label");
  label.className = "filter";
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "Filter rows";
  box.setAttribute("aria-label", "Filter the rows of this table");
  const count = document.createElement("output");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const apply = () => {
    const wanted = box.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = wanted !== "" && !texts[i].includes(wanted);
      if (!row.hidden) shown += 1;
    });
    count.textContent = wanted === "" ? "" : `${shown} of ${rows.length}`;
  };
  box.addEventListener("input", apply);
  label.append(box, count);
  (table.closest(".scroll") ?? table).before(label);
}
