// The row of tools below a chart: files, link, citation.
//
// Files are plain links that work by themselves; here they are fetched, so that the row can say
// "Saved" or what went wrong. Pictures are made in the browser of the figure that the server hands
// out at a slide's size. All texts are set as texts, never as HTML.

const ICONS = {
  down: "M8 2v8m0 0L4.8 6.8M8 10l3.2-3.2M3 13.5h10",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  quote: "M3 11V8.2C3 6 4.2 4.8 6 4.5M9 11V8.2C9 6 10.2 4.8 12 4.5M3 8.5h2.8V11H3zM9 8.5h2.8V11H9z",
  deck: "M2.5 4.5h8v6h-8zM5 13h8.5V6.5M6.5 6v3M5 7.5h3",
  more: "M4 6.5l4 4 4-4",
};
const SECONDS_SHOWN = 4;
const IDLE_AFTER = 1500; // milliseconds, in which the page's own charts are drawn
const here = document.baseURI;
const style = new CSSStyleSheet();
style.replaceSync(STYLE); // the server puts tools.css before this file
let library; // the promise of the drawing library, of which all rows share one

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.adoptedStyleSheets = [style];
  const root = parentElement.querySelector(".row");
  root.replaceChildren();
  root.dataset.chart = data.key;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `Tools of: ${data.title}`);
  const row = new Row(root, data, setTriggerValue);
  root.append(...row.parts());
  const warm = () => load(data.library);
  root.addEventListener("pointerenter", warm, { once: true });
  root.addEventListener("focusin", warm, { once: true });
  if (!isSparing()) whenIdle(warm);
}

class Row {
  constructor(root, data, trigger) {
    Object.assign(this, { root, data, trigger });
    this.status = element("span", { class: "status", role: "status" });
  }

  parts() {
    const main = [
      this.picture("png"), this.picture("svg", "wide"),
      this.file("pptx", "PowerPoint"),
      this.file("csv", "CSV", "shown", "wide"), this.file("xlsx", "XLSX", "shown", "wide"),
      this.menu("Copy link", "link", (menu) => this.links(menu)),
      this.menu("Cite", "quote", (menu) => this.citations(menu), "wide"),
    ];
    if (this.data.deck) main.push(this.deck());
    main.push(this.menu("More", "more", (menu) => this.rest(menu)), this.status);
    return main;
  }

  picture(format, when = "") {
    const label = format.toUpperCase();
    const button = tool("button", label, "down", when);
    button.title = `${label} at 1920 × 1080`;
    button.setAttribute("aria-label", `${label} picture of: ${this.data.title}`);
    const warm = () => { if (!navigator.connection?.saveData) this.figure().catch(() => {}); };
    button.addEventListener("pointerenter", warm, { once: true });
    button.addEventListener("focus", warm, { once: true });
    button.addEventListener("click", () => this.run(button, label, async () => {
      const started = performance.now();
      const [plotly, drawn] = await Promise.all([load(this.data.library), this.figure()]);
      const { meta: words = {} } = drawn.layout;
      delete drawn.layout.meta; // which texts of a chart could ask for
      const address = await plotly.toImage(drawn, { format, width: 1920, height: 1080 });
      const picture = await (await fetch(address)).blob();
      save(await (format === "svg" ? svgTelling : pngTelling)(picture, words), `${this.data.stem}.${format}`);
      // For benchmarks: from the click to the file.
      performance.measure(`chart-${format}`, { start: started });
    }));
    return button;
  }

  // Asked for once, when the pointer comes near: a row is of one build, whose figures do not change.
  // Kept as text, since the library writes into what it draws.
  figure() {
    this.asked ??= fetched(this.address("figure.json", "shown", { theme: this.data.theme }))
      .then((answer) => answer.text())
      .catch((error) => { this.asked = undefined; throw error; });
    return this.asked.then(JSON.parse);
  }

  file(format, label, rows = "shown", when = "") {
    const link = tool("a", label, "down", when);
    const stem = rows === "whole" ? this.data.whole : this.data.stem;
    link.href = this.address(format, rows);
    link.download = `${stem}.${format}`;
    link.title = rows === "whole" ? "All families and periods, unrounded" : {
      csv: "Exactly what is shown, unrounded", xlsx: "Exactly what is shown, with notes",
      pptx: "One slide, which can be edited",
    }[format] || "Exactly what is shown, unrounded";
    link.setAttribute("aria-label", `${label} of: ${this.data.title}`);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.run(link, label, async () => {
        const answer = await fetched(link.href);
        save(await answer.blob(), link.download);
      });
    });
    return link;
  }

  deck() {
    const button = tool("button", "Add to deck", "deck");
    button.setAttribute("aria-label", `Add to deck: ${this.data.title}`);
    // The server answers what became of it, since the chart may be in the deck already.
    button.addEventListener("click", () => this.trigger("deck", this.data.key));
    return button;
  }

  menu(label, icon, fill, when = "") {
    const button = tool("button", label, icon, when);
    const of = `${label}: ${this.data.title}`;
    button.setAttribute("aria-label", of);
    const menu = element("div", { popover: "auto", class: "menu", role: "group", "aria-label": of });
    button.popoverTargetElement = menu;
    const away = (event) => { if (!event.composedPath().includes(menu)) menu.hidePopover(); };
    button.setAttribute("aria-expanded", "false");
    menu.addEventListener("beforetoggle", (event) => {
      if (event.newState !== "open") return;
      menu.style.visibility = "hidden"; // until it has its place
      menu.replaceChildren();
      fill(menu);
    });
    menu.addEventListener("toggle", (event) => {
      const isOpen = event.newState === "open";
      button.setAttribute("aria-expanded", String(isOpen));
      const change = isOpen ? addEventListener : removeEventListener;
      change("resize", away);
      change("wheel", away, { passive: true });
      if (isOpen) place(menu, button);
      menu.style.visibility = "";
    });
    const both = element("span", { class: when });
    both.append(button, menu);
    return both;
  }

  links(menu) {
    const now = pageAddress(), frozen = new URL(now);
    now.searchParams.delete("build");
    // Who looks up to the newest month wants, later on, the months that are to come.
    if (now.searchParams.get("to") === heldState()?.newestMonth) now.searchParams.delete("to");
    frozen.searchParams.set("build", this.data.build);
    menu.append(
      this.copying("Newest figures", now.href, "The same view, of whatever is newest then"),
      this.copying("This build", frozen.href, "The same figures for good, as long as the build is kept"),
    );
  }

  citations(menu) {
    menu.append(
      this.copying("Text", this.data.text, "", 4),
      this.copying("BibTeX", this.data.bibtex, "", 7),
    );
  }

  rest(menu) {
    const group = (title, ...items) => {
      const box = element("div", { class: "group", role: "group", "aria-label": title });
      const head = element("small");
      head.textContent = title;
      box.append(head, ...items);
      return box;
    };
    const of = (rows) => ["csv", "xlsx", "parquet", "json"].map((format) => {
      const isInRow = rows === "shown" && ["csv", "xlsx"].includes(format);
      const label = format === "parquet" ? "Parquet" : format.toUpperCase();
      return this.file(format, label, rows, isInRow ? "narrow" : "");
    });
    menu.append(group("What is shown", ...of("shown")), group("The whole metric", ...of("whole")));
    const narrow = group("Picture", this.picture("svg"));
    narrow.classList.add("narrow");
    menu.append(narrow);
    const cite = group("Cite");
    cite.classList.add("narrow");
    this.citations(cite);
    menu.append(cite);
  }

  copying(label, text, hint, rows = 1) {
    const box = element("div", { class: "copying" });
    const button = tool("button", `Copy ${label === "BibTeX" ? label : label.toLowerCase()}`, "link");
    const field = element(rows > 1 ? "textarea" : "input", { readonly: "", "aria-label": label, rows });
    field.value = text;
    field.addEventListener("focus", () => field.select());
    const note = element("small", { role: "status" });
    note.textContent = hint;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        note.textContent = "Copied";
        this.say("Copied");
      } catch {
        // Plain http has no clipboard: the reader's own keys have.
        field.focus();
        field.select();
        note.textContent = "Selected: press Ctrl+C or ⌘C";
      }
    });
    box.append(button, field, note);
    return box;
  }

  async run(button, label, work) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    this.say(`${label} …`, false);
    try {
      await work();
      this.say(`${label} saved`);
    } catch (error) {
      this.say(`${label}: ${error.message || "the server did not answer"}`, false, true);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  say(text, fades = true, isError = false) {
    clearTimeout(this.timer);
    this.status.textContent = text;
    this.status.classList.toggle("error", isError);
    if (fades) this.timer = setTimeout(() => { this.status.textContent = ""; }, SECONDS_SHOWN * 1000);
  }

  address(format, rows = "shown", more = {}) {
    const address = new URL(`export/${this.data.key}.${format}?${this.data.query}`, here);
    if (rows !== "shown") address.searchParams.set("rows", rows);
    for (const [name, value] of Object.entries(more)) address.searchParams.set(name, value);
    return address.href;
  }
}

function element(name, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function tool(name, label, icon, when = "") {
  const made = element(name, { class: `tool ${when}` });
  if (name === "button") made.type = "button";
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[icon]);
  picture.append(path);
  made.append(picture, document.createTextNode(label));
  return made;
}

function place(menu, button) {
  const at = button.getBoundingClientRect(), size = menu.getBoundingClientRect(), gap = 4;
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const isBelow = at.bottom + gap + size.height < innerHeight || at.top < size.height;
  const top = isBelow ? at.bottom + gap : at.top - gap - size.height;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - size.height - 8))}px`;
}

function heldState() {
  return document.querySelector("[data-page-state]")?.dataset;
}

// The page's whole state, defaults included, as app.py left it; else what the address bar says.
function pageAddress() {
  const held = heldState();
  const address = new URL(location.href);
  if (held) address.search = held.pageState;
  address.hash = "";
  return address;
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.text()).trim().slice(0, 200) || answer.statusText);
  return answer;
}

function save(blob, name) {
  const link = element("a", { download: name });
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// What a picture tells of itself: title, description, source. dashboard/about.py does the same for
// pictures that the command makes, and says why so.

async function svgTelling(blob, { Title, ...words }) {
  const escaped = (text) => clean(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const inside = `<title id="about-title">${escaped(Title || "")}</title>`
    + `<desc id="about-text">${escaped(Object.values(words).join(" "))}</desc>`;
  const look = ' role="img" aria-labelledby="about-title" aria-describedby="about-text">';
  const told = (await blob.text()).replace(/<svg\b[^>]*>/, (root) => root.slice(0, -1) + look + inside);
  return new Blob([told], { type: blob.type });
}

// As dashboard/lettering.py: one line that XML can hold and that turns nobody's direction of reading.
function clean(text) {
  const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
  return text.replace(forbidden, "").split(/\s+/).filter(Boolean).join(" ");
}

async function pngTelling(blob, words) {
  const chunks = Object.entries(words).filter(([, text]) => text).map(([name, text]) => chunk(name, text));
  const headerEnd = 33; // of the first chunk, which has width and height
  return new Blob([blob.slice(0, headerEnd), ...chunks, blob.slice(headerEnd)], { type: blob.type });
}

function chunk(name, text) {
  const isLatin = [...text].every((letter) => letter.codePointAt(0) < 256);
  const letters = isLatin ? Uint8Array.from(text, (letter) => letter.charCodeAt(0)) : new TextEncoder().encode(text);
  const head = new TextEncoder().encode(isLatin ? `tEXt${name}\0` : `iTXt${name}\0\0\0\0\0`);
  const whole = new Uint8Array(4 + head.length + letters.length + 4), view = new DataView(whole.buffer);
  whole.set(head, 4);
  whole.set(letters, 4 + head.length);
  view.setUint32(0, whole.length - 12);
  view.setUint32(whole.length - 4, checksum(whole.subarray(4, -4)));
  return whole;
}

function checksum(bytes) { // CRC-32, as PNG wants it
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function load(path) {
  library ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = new URL(path, here).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { library = undefined; reject(new Error("the drawing library did not load")); };
    document.head.append(script);
  });
  return library;
}

// Small windows and readers who save data get the drawing library only when they want it.
function isSparing() {
  return navigator.connection?.saveData || matchMedia("(max-width: 700px)").matches;
}

function whenIdle(work) {
  setTimeout(() => (window.requestIdleCallback || setTimeout)(work), IDLE_AFTER);
}
