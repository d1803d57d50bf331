// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// The heat map under pointer and arrow keys: says which day and shade stand there, and leads to the day's names.
// Without script each row links to its slice and says in words what its strip shows.

const DAY = 86_400_000;

for (const table of document.querySelectorAll("table.heat")) {
  const first = Date.parse(`${table.dataset.from}T00:00:00Z`);
  const days = Number(table.dataset.days);
  const labels = new Map();
  for (const swatch of document.querySelectorAll(".key .swatch")) {
    const name = swatch.querySelector("path").getAttribute("class").split(" ")[0];
    labels.set(name, swatch.textContent.trim());
  }
  const tip = document.createElement("output");
  tip.className = "heat-tip";
  tip.setAttribute("aria-live", "polite");
  tip.hidden = true;
  table.closest("section").append(tip);

  const date = (day) => new Date(first + day * DAY).toISOString().slice(0, 10);

  // Which class covers a day: paths are strokes of whole days, absolute first, relative after.
  const shades = (row, day) => {
    const found = {};
    for (const path of row.querySelectorAll("td.strip path[class]")) {
      const name = path.getAttribute("class");
      if (name === "now" || name === "base") continue;
      let at = 0;
      for (const [, move, x, length] of path.getAttribute("d").matchAll(/([Mm])(\d+) \d+h(\d+)/g)) {
        at = move === "M" ? Number(x) : at + Number(x);
        if (day >= at && day < at + Number(length)) {
          found[name === "alarm" ? "alarm" : name[0]] = labels.get(name) ?? name;
        }
        at += Number(length);
      }
    }
    return found;
  };

  const say = (row, day) => {
    const { o, c, alarm } = shades(row, day);
    const slice = row.querySelector("th a").textContent;
    const what = o === undefined ? "no names" : `observed ${o}, claimed ${c}`;
    return `${slice} ${date(day)}: ${what}${alarm ? "; in alarm" : ""}`;
  };

  const show = (row, day, x, y) => {
    tip.textContent = say(row, day);
    tip.hidden = false;
    place(tip, x, y);
  };

  const dayAt = (strip, x) => {
    const box = strip.getBoundingClientRect();
    return Math.min(days - 1, Math.max(0, Math.floor(((x - box.left) / box.width) * days)));
  };

  const open = (row, day) => {
    location.href = `${row.querySelector("th a").getAttribute("href")}?day=${date(day)}#names`;
  };

  table.addEventListener("pointermove", (event) => {
    const strip = event.target.closest("td.strip svg");
    if (!strip) {
      tip.hidden = true;
      return;
    }
    show(strip.closest("tr"), dayAt(strip, event.clientX), event.clientX, event.clientY);
  });
  table.addEventListener("pointerleave", () => (tip.hidden = true));
  table.addEventListener("click", (event) => {
    const strip = event.target.closest("td.strip svg");
    if (strip) open(strip.closest("tr"), dayAt(strip, event.clientX));
  });

  // Keys: on the link of a row, up and down change the row, left and right the day, Enter follows the link.
  let day = null;
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest("tbody th a");
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = link.closest("tr");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const shift = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const rows = [...table.tBodies[0].rows].filter((r) => !r.hidden);
      rows[rows.indexOf(row) + step]?.querySelector("th a").focus();
    } else if (shift) {
      day = day === null ? (shift > 0 ? 0 : days - 1) : Math.min(days - 1, Math.max(0, day + shift));
      const box = row.querySelector("td.strip svg").getBoundingClientRect();
      show(row, day, box.left + ((day + 0.5) / days) * box.width, box.bottom);
    } else if (event.key === "Enter" && day !== null) {
      open(row, day);
    } else if (event.key === "Escape") {
      day = null;
      tip.hidden = true;
      return;
    } else {
      return;
    }
    event.preventDefault();
  });
}

// The tip stands beside the pointer, within the window. Style is set by script through the object model, which the policy allows.
function place(tip, x, y) {
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - box.width - 8))}px`;
  tip.style.top = `${y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18}px`;
}
