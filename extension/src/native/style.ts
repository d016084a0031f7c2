// The look of the button, apart from whatever the page does to its own.

export const STYLE = `
.open {
  all: unset;
  box-sizing: border-box;
  position: fixed;
  inset: auto 16px 16px auto;
  z-index: 2147483647;
  max-width: calc(100vw - 32px);
  padding: 8px 14px;
  border: 1px solid #606060;
  border-radius: 8px;
  background: #0d0d0f;
  color: #fff;
  font: 600 13px/20px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  cursor: pointer;
  box-shadow: 0 4px 16px rgb(0 0 0 / 24%);
}
.open::before { content: attr(data-t); }
.open:hover { background: #2b2f35; }
.open:focus-visible { outline: 2px solid #86b8ff; outline-offset: 2px; }
`;
