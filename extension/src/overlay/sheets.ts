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
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // Firefox refuses shared sheets to content scripts.
    const element = document.createElement('style');
    element.textContent = style;
    root.append(element);
  }
}
