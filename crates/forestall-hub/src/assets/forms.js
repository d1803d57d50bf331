// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// Small help in forms: counts pasted names, sends a form once, and leads to what a form came back with.

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const count = document.createElement("output");
  count.className = "hint";
  const show = () => {
    const names = area.value.split("\n").filter((line) => line.replace(/#.*/, "").trim() !== "").length;
    count.textContent = names === 0 ? "" : `${names} ${names === 1 ? "line" : "lines"}`;
  };
  area.addEventListener("input", show);
  area.after(count);
  show();
}

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    // A button that loads a file leaves the page as it is.
    if (event.submitter?.dataset.again !== undefined) return;
    const button = event.submitter ?? form.querySelector("button:not([type])");
    // After the browser has read the form.
    setTimeout(() => button?.setAttribute("disabled", ""), 0);
  });
}

// A page that comes back from the browser's memory must be usable again.
addEventListener("pageshow", () => {
  document.querySelectorAll("form[method=post] button[disabled]").forEach((button) => button.removeAttribute("disabled"));
});

document.querySelector("#problem")?.scrollIntoView({ block: "center" });
