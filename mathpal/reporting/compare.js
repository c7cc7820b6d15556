// The page of a comparison can be read without this script. It filters and opens problems, sorts
// tables, and turns counts into links to the problems that they count. The filters stand in the
// fragment of the address, so that a link leads to the same problems.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const form = byId("filters");
  const list = byId("list");
  const status = byId("status");
  const more = byId("more");
  const open = byId("open");
  const items = Array.from(list.children);
  const tags = items.map((item) => item.dataset.tags.split(" ").map((own) => own.split(",")));
  const atOnce = Number(list.dataset.atOnce);
  const texts = []; // of each problem, filled by the first search
  let found = items;
  let shown = atOnce;

  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, status.dataset.space);

  // "Tìm x" is found by "tim x": without marks above and below letters, and without capitals.
  const folded = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");

  const textOf = (place) => {
    texts[place] ??= folded(
      Array.from(items[place].querySelectorAll(".ask, .text, .said, .id"), (e) => e.textContent)
        .join(" "),
    );
    return texts[place];
  };

  const isRight = (own) => own[0] === "correct";

  const differs = (own, wanted) => {
    const right = own.filter(isRight).length;
    if (wanted === "differ") return right > 0 && right < own.length;
    if (wanted === "all") return right === own.length;
    if (wanted === "none") return right === 0;
    const [winner, loser] = wanted.split(".");
    return isRight(own[winner]) && !isRight(own[loser]);
  };

  const matches = (place, wanted, words, system) => {
    const { dataset } = items[place];
    for (const key of ["grade", "topic", "family"]) {
      if (wanted[key] && dataset[key] !== wanted[key]) return false;
    }
    const own = tags[place];
    if (wanted.verdict === "not" && isRight(own[system])) return false;
    if (wanted.verdict && wanted.verdict !== "not" && !own[system].includes(wanted.verdict)) {
      return false;
    }
    if (wanted.flips && !differs(own, wanted.flips)) return false;
    return words.every((word) => textOf(place).includes(word));
  };

  const state = () => {
    const wanted = Object.fromEntries(new FormData(form));
    if (!wanted.verdict) delete wanted.system; // it says whose verdict is meant
    return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value.trim()));
  };

  const show = () => {
    const visible = new Set(found.slice(0, shown));
    for (const item of items) item.hidden = !visible.has(item);
    const left = found.length - visible.size;
    more.hidden = left === 0;
    more.textContent = more.dataset.text.replace("{n}", number(Math.min(left, atOnce)));
    status.textContent = status.dataset.text
      .replace("{found}", number(found.length))
      .replace("{total}", number(items.length))
      .replace("{shown}", number(visible.size));
    open.textContent = open.dataset.open;
  };

  const filter = () => {
    const wanted = state();
    const words = folded(wanted.text ?? "").split(/\s+/).filter(Boolean);
    const system = form.elements.system.selectedIndex;
    found = items.filter((_, place) => matches(place, wanted, words, system));
    shown = atOnce;
    show();
  };

  const remember = () => {
    const fragment = new URLSearchParams(state()).toString();
    const address = fragment ? `#${fragment}` : location.pathname + location.search;
    try {
      history.replaceState(null, "", address);
    } catch {
      // Some viewers refuse it; the filters work all the same.
    }
  };

  const fill = (values) => {
    form.reset();
    for (const [key, value] of values) {
      const field = form.querySelector(`[name="${CSS.escape(key)}"]`);
      if (!field) continue;
      field.value = value;
      if (field.selectedIndex === -1) field.selectedIndex = 0; // no such choice
    }
    filter();
  };

  const reveal = (item) => {
    if (!found.includes(item)) fill([]);
    shown = Math.max(shown, Math.ceil((found.indexOf(item) + 1) / atOnce) * atOnce);
    show();
    item.open = true;
    item.scrollIntoView();
    item.firstElementChild.focus({ preventScroll: true });
  };

  const follow = () => {
    const fragment = location.hash.slice(1);
    const item = byId(fragment);
    if (item && items.includes(item)) {
      reveal(item);
    } else if (fragment.includes("=")) {
      fill(new URLSearchParams(fragment));
      byId("h-problems").scrollIntoView();
      byId("h-problems").focus({ preventScroll: true });
    }
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      filter();
      remember();
    }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => {
    fill([]);
    remember();
  });
  open.addEventListener("click", () => {
    const opening = open.textContent === open.dataset.open;
    for (const item of opening ? found.slice(0, shown) : items) item.open = opening;
    open.textContent = opening ? open.dataset.close : open.dataset.open;
  });
  more.addEventListener("click", () => {
    const next = found[shown];
    shown += atOnce;
    show();
    next.firstElementChild.focus();
  });
  window.addEventListener("hashchange", follow);

  // Counts become links to the problems that they count.
  for (const place of document.querySelectorAll("[data-go]")) {
    const link = document.createElement("a");
    link.href = `#${place.dataset.go}`;
    link.append(...place.childNodes);
    place.append(link);
  }

  // Heads of tables become buttons that sort.
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const sort = (table, heads, column) => {
    const was = heads[column].getAttribute("aria-sort");
    const first = column === 0 ? "ascending" : "descending";
    const other = column === 0 ? "descending" : "ascending";
    const order = was === first ? other : first;
    heads.forEach((head) => head.setAttribute("aria-sort", "none"));
    heads[column].setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const value = (row) => row.cells[column].dataset.value;
    const rows = Array.from(body.rows).sort((a, b) =>
      sign * (column === 0
        ? compare(a.cells[0].textContent, b.cells[0].textContent)
        : value(a) - value(b)));
    body.append(...rows);
  };
  for (const table of document.querySelectorAll(".sortable")) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(table, heads, column));
    });
  }

  // A table that is wider than its box says so.
  const hint = () => {
    for (const said of document.querySelectorAll(".hint")) {
      const box = said.nextElementSibling;
      said.hidden = box.scrollWidth <= box.clientWidth;
    }
  };
  window.addEventListener("resize", hint);
  document.addEventListener("toggle", hint, true);

  document.documentElement.classList.add("active");
  form.hidden = false;
  filter();
  hint();
  follow();
})();
