// The overlay of a seller-center page.
import type { Overlay, OverlayRequests } from './view';

export type { BatchResult, DockView, Overlay, OverlayRequests, RowView } from './view';

/** Makes the overlay of a page. */
export function createOverlay(document: Document, _requests: OverlayRequests): Overlay {
  const host = () => document.createElement('span');
  return {
    attach: host,
    attachAction: host,
    detach: () => {},
    update: () => {},
    dock: () => {},
    owns: () => false,
    destroy: () => {},
  };
}
