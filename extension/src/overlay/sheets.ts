// Style sheets of our roots: made once, shared by all of them.

const sheets = new Map<string, CSSStyleSheet>();

/** Gives a root its style; one `more` joins what it has. */
export function dress(root: ShadowRoot, style: string, more = false): void {
  try {
    let sheet = sheets.get(style);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      sheets.set(style, sheet);
    }
    // To ask a new root what it has takes longer than all the rest.
    root.adoptedStyleSheets = more ? [...root.adoptedStyleSheets, sheet] : [sheet];
  } catch {
    // Firefox refuses shared sheets to content scripts.
    const element = document.createElement('style');
    element.textContent = style;
    root.append(element);
  }
}
