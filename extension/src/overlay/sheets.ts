// Style sheets of our roots: made once, shared by all of them.

const sheets = new Map<string, CSSStyleSheet>();

/** Adds a style to a root. */
export function dress(root: ShadowRoot, style: string): void {
  try {
    let sheet = sheets.get(style);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      sheets.set(style, sheet);
    }
    const others = root.adoptedStyleSheets;
    // To copy an empty list of the browser's takes longer than all the rest.
    root.adoptedStyleSheets = others.length > 0 ? [...others, sheet] : [sheet];
  } catch {
    // Firefox refuses shared sheets to content scripts.
    const element = document.createElement('style');
    element.textContent = style;
    root.append(element);
  }
}
