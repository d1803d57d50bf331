// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// Small help on the docket: one box for all boxes of the page, and how many are ticked. Without script each box is ticked by itself.

const form = document.querySelector("#form-names");
const head = form?.querySelector("thead .tick");

if (head) {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const count = document.querySelector("#ticked");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "All names of this page");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
    count.textContent = ticked === 0 ? "" : `${ticked} ticked`;
  };
  all.addEventListener("input", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("input", show);
  addEventListener("pageshow", show);
  head.append(all);
  show();
}
