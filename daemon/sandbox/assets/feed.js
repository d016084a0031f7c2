// A list without pages: rows are added as one scrolls, and while one scrolls the
// page's framework draws some rows, now and then all of them, with new elements.

// How far above the end of the page more rows are asked for, in pixels.
const AHEAD = 1200;
// Milliseconds after a scroll within which rows are drawn anew, and how many.
const WITHIN = 90;
const AT_A_TIME = 6;
// Of so many times, once it is every row.
const ALL = 25;

export function endless({ seed, rows, more, redraw }) {
  const rounds = new Map();
  let whole = 0;
  let due = false;
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };

  function churn() {
    due = false;
    const shown = rows();
    if (random() * ALL < 1) whole++;
    for (let i = 0; i < AT_A_TIME && shown.length > 0; i++) {
      const row = shown[Math.floor(random() * shown.length)];
      rounds.set(row, (rounds.get(row) ?? 0) + 1);
    }
    redraw();
  }

  window.addEventListener("scroll", () => {
    if (document.documentElement.scrollHeight - window.scrollY - window.innerHeight < AHEAD) more();
    if (due || rows().length === 0) return;
    due = true;
    setTimeout(churn, random() * WITHIN);
  }, { passive: true });

  return { round: (row) => `${whole}.${rounds.get(row) ?? 0}` };
}
