// The page that tries to tell one row from another. It runs before every other
// script of the page, replaces what it can replace, and measures all that a page
// can measure of a row, of what stands in it and of what lies over the page.
// Tests call window.adversary; what it collects holds no times.

(() => {
  const kept = { strings: new Set(), told: [], over: [], asked: [], scrolled: new Set(), timed: new Set(), entries: new Set(), escaped: new Set() };
  const most = 50000;
  /** elements by their place, until one comes or goes */
  let places;
  /** what is being looked at */
  let by = "";
  new MutationObserver(() => (places = undefined)).observe(document, { subtree: true, childList: true });
  const indexOf = (node) => {
    if (!(node instanceof Node)) return String(node === window ? "window" : node);
    if (node === document) return "document";
    places ??= new Map([...document.getElementsByTagName("*")].map((element, i) => [element, i]));
    const at = places.get(node);
    if (at !== undefined) return `${node.localName} ${at}`;
    // Neither in the page nor taken out of it: a node that no page should ever hold.
    const root = node.getRootNode();
    if (root instanceof ShadowRoot) kept.escaped.add(`${by}: ${node.nodeName} in ${root.firstElementChild?.className}`);
    return `${node.nodeName} outside`;
  };
  const keepText = (value, depth = 0) => {
    if (kept.strings.size > most || depth > 3) return;
    if (typeof value === "string") kept.strings.add(value.slice(0, 2000));
    else if (value instanceof Node || value === window) return;
    else if (value && typeof value === "object") for (const one of Object.values(value).slice(0, 50)) keepText(one, depth + 1);
  };

  const keepLine = (list, line) => {
    if (list.length < most) list.push(line);
  };

  // Whatever runs in the page's world with these passes its arguments to us.
  const wrap = (owner, method) => {
    const real = owner?.[method];
    if (typeof real !== "function") return;
    let inside = false;
    Object.defineProperty(owner, method, {
      configurable: true,
      writable: true,
      value: new Proxy(real, {
        apply(target, self, args) {
          if (!inside) {
            inside = true;
            try {
              for (const one of args) keepText(one);
              if (self instanceof Node) indexOf(self);
              if (method === "attachShadow") kept.escaped.add("a root was made with the page's own function");
            } finally {
              inside = false;
            }
          }
          return Reflect.apply(target, self, args);
        },
      }),
    });
  };
  wrap(Element.prototype, "attachShadow");
  wrap(Element.prototype, "setAttribute");
  wrap(Element.prototype, "append");
  wrap(Node.prototype, "appendChild");
  wrap(Node.prototype, "insertBefore");
  wrap(Document.prototype, "createElement");
  wrap(EventTarget.prototype, "dispatchEvent");
  wrap(EventTarget.prototype, "addEventListener");
  wrap(CSSStyleSheet.prototype, "replaceSync");
  wrap(MessagePort.prototype, "postMessage");
  wrap(Storage.prototype, "setItem");
  wrap(window, "postMessage");
  wrap(window, "fetch");
  wrap(JSON, "parse");
  wrap(JSON, "stringify");
  wrap(RegExp.prototype, "test");
  wrap(customElements, "define");
  for (const key of ["mark", "reason", "note", "state", "keys", "answers"]) {
    Object.defineProperty(Object.prototype, key, {
      configurable: true,
      set(value) {
        keepText(value);
        Object.defineProperty(this, key, { value, configurable: true, writable: true, enumerable: true });
      },
      get: () => undefined,
    });
  }

  const types = new Set([
    "focusin", "focusout", "textInput", "DOMActivate", "DOMFocusIn", "DOMFocusOut", "compositionstart", "compositionupdate",
    "compositionend", "pointerrawupdate", "mousewheel", "DOMMouseScroll", "MozMousePixelScroll", "touchstart", "touchend",
    "touchmove", "beforeinput", "beforetoggle", "toggle", "fullscreenchange", "securitypolicyviolation", "blackmark-copied",
    "overflow", "underflow", "dragexit", "scrollend", "scrollsnapchange", "contentvisibilityautostatechange",
  ]);
  for (const owner of [window, Document.prototype, HTMLElement.prototype, SVGElement.prototype]) {
    for (const name in owner) if (name.startsWith("on")) types.add(name.slice(2));
  }
  // When the pointer comes to lie over what moved under it is a matter of time, and so
  // is by how many steps something scrolls: these are kept apart from the events that
  // come one by one in an order of their own. Whether the browser tells that a row is
  // drawn, or finds it drawn at once, is a matter of time too, with the same marks as
  // with others: there `read` compares which rows are drawn when all is at rest.
  const moves = /^(pointer|mouse)(move|rawupdate|over|out|enter|leave)$/;
  let drawings = 0;
  const hear = (event) => {
    const said = [event.type, indexOf(event.target), event.isTrusted];
    for (const key in event) {
      let value;
      try {
        value = event[key];
      } catch {
        continue;
      }
      by = `${event.type}.${key}`;
      if (value instanceof Node && key !== "target") said.push(`${key}=${indexOf(value)}`);
      else keepText(value);
      if (/^(key|data|inputType)$/.test(key) && value) said.push(`${key}=${value}`);
    }
    by = `${event.type}.composedPath`;
    for (const one of event.composedPath()) indexOf(one);
    by = "";
    if (event.clipboardData) keepText(event.clipboardData.getData("text/plain") + event.clipboardData.getData("text/html"));
    const line = said.join(" ");
    if (event.type === "contentvisibilityautostatechange") drawings++;
    else if (event.type.startsWith("scroll")) kept.scrolled.add(line);
    else keepLine(moves.test(event.type) ? kept.over : kept.told, line);
  };
  for (const type of types) for (const on of [window, document]) on.addEventListener(type, hear, { capture: true, passive: true });

  // Of what the browser tells of its own work, all but how long it took.
  for (const type of PerformanceObserver.supportedEntryTypes ?? []) {
    try {
      new PerformanceObserver((list) => {
        for (const one of list.getEntries()) {
          keepText(one.toJSON?.());
          // Of events that a page was slow to take it learns the target.
          if (/^(event|first-input)$/.test(type)) kept.timed.add([one.name, indexOf(one.target), one.targetSelector ?? ""].join(" ").trim());
          if (/^(event|first-input|longtask|long-animation-frame|navigation|visibility-state|resource)$/.test(type)) continue;
          const { size = "" } = one.largestContentfulPaint ?? one;
          const shifted = [...(one.sources ?? [])].map((source) => [indexOf(source.node), box(source.previousRect), box(source.currentRect)].join(" "));
          kept.entries.add([type, one.name, size, one.element ? indexOf(one.element) : "", ...shifted].join(" ").trim());
        }
      }).observe({ type, buffered: true, durationThreshold: 16 });
    } catch {}
  }

  const box = (rect) => [rect.x, rect.y, rect.width, rect.height].map((n) => Math.round(n * 100) / 100).join(" ");
  const digest = (text) => {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      high = Math.imul(high ^ text.charCodeAt(i), 2654435761);
      low = Math.imul(low ^ text.charCodeAt(i), 1597334677);
    }
    return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
  };
  // Every property, as a number that differs where one does.
  const styleOf = (element, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    return digest(style.cssText || [...style].map((name) => style.getPropertyValue(name)).join(";"));
  };
  let observed = new Map();
  const sizes = new ResizeObserver((list) => {
    for (const one of list) observed.set(one.target, [one.contentRect.width, one.contentRect.height, one.borderBoxSize[0]?.inlineSize].join(" "));
  });
  // Which of the page's own elements the browser takes for covered.
  const covered = new Map();
  const watching = new IntersectionObserver((list) => {
    for (const one of list) covered.set(one.target, [one.isVisible, one.intersectionRatio]);
  }, { trackVisibility: true, delay: 100 });

  /** All that can be measured of an element. */
  function measure(element) {
    const own = element.getBoundingClientRect();
    const points = [[0.1, 0.5], [0.3, 0.5], [0.5, 0.5], [0.7, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]].map(([x, y]) => [own.x + own.width * x, own.y + own.height * y]);
    const range = document.createRange();
    range.selectNode(element);
    return [
      box(own), [...element.getClientRects()].map(box), box(range.getBoundingClientRect()),
      element.offsetWidth, element.offsetHeight, element.offsetTop, element.offsetLeft,
      element.clientWidth, element.clientHeight, element.scrollWidth, element.scrollHeight,
      element.outerHTML.length, element.innerText, element.childNodes.length, String(element.shadowRoot), element.attributes.length,
      element.hasAttribute("style") && ["", "::before", "::after"].map((pseudo) => getComputedStyle(element, pseudo).content + (pseudo ? "" : styleOf(element))),
      [":hover", ":active", ":focus", ":focus-within", ":focus-visible", ":has(:hover)", ":has(:focus)", ":empty", ":defined", ":popover-open", ":dir(rtl)", ":target"]
        .map((css) => { try { return element.matches(css); } catch { return ""; } }),
      element.getAnimations({ subtree: true }).length, element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }),
      points.map(([x, y]) => [...document.elementsFromPoint(x, y)].map(indexOf).join(",")),
      points.map(([x, y]) => { const at = document.caretPositionFromPoint?.(x, y); return at ? `${indexOf(at.offsetNode?.parentNode)} ${at.offset}` : ""; }),
      points.map(([x, y]) => { const at = document.caretRangeFromPoint?.(x, y); return at ? indexOf(at.startContainer.parentNode) : ""; }),
      element.getHTML?.({ serializableShadowRoots: true }).length, String(element.computedRole), String(element.computedName), String(observed.get(element)),
    ];
  }

  /** The page as a whole: what lies over it, point by point, and what else it has of state. */
  function whole() {
    const grid = [];
    for (let y = 5; y < innerHeight; y += 20) for (let x = 5; x < innerWidth; x += 30) grid.push(indexOf(document.elementFromPoint(x, y)));
    return [
      grid.join("|"), indexOf(document.activeElement), document.hasFocus(), String(getSelection()), document.getAnimations().length,
      document.styleSheets.length, document.adoptedStyleSheets.length, window.length, document.title, location.href,
      document.documentElement.scrollHeight, document.documentElement.scrollWidth, document.getElementsByTagName("*").length,
      document.documentElement.innerText.length, Object.keys(window).length, document.cookie.length, localStorage.length, history.length,
    ];
  }

  /** Rows with what stands in them, ours among it, and the page around them. */
  function read(rows, most) {
    places = undefined;
    const all = [...document.querySelectorAll(rows)].slice(0, most);
    const drawn = [...document.querySelectorAll(rows)].map((row) => row.checkVisibility?.({ contentVisibilityAuto: true }));
    const seen = [all.map((row) => [row, ...row.querySelectorAll("span[style], .right-suffix, .buyer-username")].map(measure)), drawn, whole()];
    return JSON.stringify(seen);
  }

  const words = (...list) =>
    Object.fromEntries(list.map((word) => {
      getSelection().removeAllRanges();
      const found = window.find(word, false, false, true, false, true, false);
      const anchor = found ? indexOf(getSelection().anchorNode?.parentNode) : "";
      getSelection().removeAllRanges();
      return [word, found ? `found in ${anchor}` : ""];
    }));

  // Layouts: each follows from its number alone. Columns are not balanced: that
  // takes the browser seconds for one layout.
  const sheet = new CSSStyleSheet();
  let hostsBefore = new Map();
  function layout(seed, rows, hosts) {
    let state = seed * 2654435761;
    const random = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const pick = (...of) => of[Math.floor(random() * of.length)];
    if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    sheet.replaceSync(`
      html{overflow-anchor:none;zoom:${pick(1, 1, 0.67, 0.9, 1.25, 1.5)};direction:${pick("ltr", "ltr", "rtl")}}
      body{font-family:${pick("serif", "sans-serif", "monospace", "system-ui", "cursive")};font-size:${pick(9, 13, 16, 23)}px;letter-spacing:${pick(0, 1, -1)}px;line-height:${pick("normal", 1, 1.9)}}
      ${rows}{display:${pick("block", "flex", "grid", "inline-block", "table", "flow-root")};width:${pick("auto", "100%", "640px", "min-content", "max-content", "83%")};container-type:${pick("normal", "inline-size")};
        padding:${pick(0, 3, 11)}px;overflow:${pick("visible", "hidden", "auto")};transform:${pick("none", "none", "scale(.9)", "rotate(1deg)", "translateX(3px)")};filter:${pick("none", "none", "blur(0px)", "invert(1)")};
        visibility:${pick("visible", "visible", "visible", "hidden")};content-visibility:${pick("visible", "visible", "auto")};writing-mode:${pick("horizontal-tb", "horizontal-tb", "vertical-rl")};columns:${pick("auto", "auto", 2)};column-fill:auto}
      ${rows}:hover{outline:2px solid red;padding-left:${pick(0, 7)}px}
      ${rows}:has(span:hover){margin-left:${pick(0, 2)}px}
      ${rows}:has(:focus){margin-right:9px}
      ${rows} *{float:${pick("none", "none", "left")};flex:${pick("initial", "1 1 auto", "none")}}
      @container (min-width:${pick(200, 500, 900)}px){${rows} .right-suffix{padding:${pick(0, 5)}px}}
      span{display:${pick("inline", "block", "contents", "grid")};width:${pick("auto", "1000px", "min-content")};font-size:${pick(1, 40)}px;padding:${pick(0, 9)}px;-webkit-text-fill-color:${pick("inherit", "transparent")}}
      @keyframes sway{from{rotate:0deg}to{rotate:5deg}}
      ${rows} .right-suffix{animation:sway 1s paused;animation-delay:-${pick(0, 0.3, 0.7)}s}`);
    // What a page may do to our hosts themselves.
    const cssText = pick("", "", "contain:none!important;overflow:visible!important;width:auto!important;height:auto!important", "visibility:hidden!important",
      "all:unset!important", "display:contents!important", "font-size:60px!important;zoom:3", "opacity:.01!important;transform:scale(4)", "pointer-events:none!important;contain:none!important",
      "position:fixed!important;left:200px;top:200px;contain:size!important", "contain:inline-size!important;width:max-content!important;columns:3");
    for (const host of document.querySelectorAll(hosts)) {
      if (!hostsBefore.has(host)) hostsBefore.set(host, host.style.cssText);
      host.style.cssText = hostsBefore.get(host) + ";" + cssText;
    }
    // Anew: of what is observed already and kept its size nothing would be told.
    sizes.disconnect();
    observed = new Map();
    for (const one of document.querySelectorAll(rows)) {
      sizes.observe(one);
      for (const span of one.querySelectorAll("span")) sizes.observe(span);
    }
    return cssText;
  }
  /** Gives the page its own look back. */
  function plain() {
    sheet.replaceSync("");
    for (const [host, style] of hostsBefore) host.style.cssText = style;
    hostsBefore = new Map();
    observed = new Map();
  }
  // Two frames, and what observers have to tell after the second.
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));

  /** Waits until nothing scrolls, no row is drawn or left undrawn, and no size changes any more. */
  async function rest() {
    const at = () => [drawings, scrollX, scrollY, document.documentElement.scrollHeight, ...[...document.querySelectorAll("*")].map((one) => one.scrollTop + one.scrollLeft)].join();
    for (let same = 0, turns = 0, last = ""; same < 2 && turns < 100; turns++) {
      await painted();
      const now = at();
      same = now === last ? same + 1 : 0;
      last = now;
    }
  }

  // What a page finds out by asking again and again: where the focus is and what is
  // being pressed. It keeps each frame so long that the browser tells of every event
  // how long the page took for it.
  let asking;
  function ask(ms) {
    const deepest = (css) => indexOf([...document.querySelectorAll(css)].at(-1));
    const states = Object.entries({
      active: indexOf(document.activeElement), within: deepest(":focus-within"), visible: deepest(":focus-visible"), pressed: deepest(":active"),
      window: document.hasFocus(), shown: document.visibilityState, selected: `${getSelection()} ${indexOf(getSelection().anchorNode?.parentNode)}`,
    });
    const line = states.map((state) => state.join(": ")).join(", ");
    if (kept.asked.at(-1) !== line) keepLine(kept.asked, line);
    for (const end = performance.now() + ms; performance.now() < end; );
    asking = requestAnimationFrame(() => ask(ms));
  }
  /** How often each event was handed to anything at all, as the browser counts them. */
  const counted = () => Object.fromEntries(performance.eventCounts ?? []);

  window.adversary = {
    ask: (ms) => { cancelAnimationFrame(asking); ask(ms); },
    counted, name: indexOf,
    kept, whole, read, words, layout, plain, painted, rest, covered, watching,
    clear() { for (const one of Object.values(kept)) Array.isArray(one) ? (one.length = 0) : one.clear(); },
    /** whether anything that was collected holds a word */
    knows: (word) => Object.values(kept).some((texts) => [...texts].some((text) => text.includes(word))),
  };
})();
