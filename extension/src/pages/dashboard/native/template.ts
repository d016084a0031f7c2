// A link by which a marketplace puts one buyer on its own list, as the seller typed
// it. Blackmark invents no address: it fills in who the buyer is, and opens it.

/** The domain that a link has to lead to, with all below it. */
export const LINK_DOMAIN = 'aliexpress.com';

const MOST = 500;
const FIELDS = /\{(id|name)\}/g;

export type Template =
  | { ok: true; fill: (id: string, name: string) => string; needsName: boolean }
  /** which rule it breaks */
  | { ok: false; why: 'empty' | 'address' | 'host' | 'field' };

/** Reads a template: https, a host of the marketplace's own, and `{id}` or `{name}` behind the host. */
export function readTemplate(text: string): Template {
  const plain = text.trim();
  if (plain === '') return { ok: false, why: 'empty' };
  const filled = (id: string, name: string) =>
    plain.replace(FIELDS, (_, field: string) => encodeURIComponent(field === 'id' ? id : name));
  const sample = filled('0', '0');
  if (plain.length > MOST || !plain.startsWith('https://') || !URL.canParse(sample)) {
    return { ok: false, why: 'address' };
  }
  const { hostname, username, password, port } = new URL(sample);
  const own = hostname === LINK_DOMAIN || hostname.endsWith(`.${LINK_DOMAIN}`);
  const [, rest = ''] = plain.split('https://', 2);
  const host = rest.split(/[/?#]/, 1)[0] ?? '';
  if (!own || username || password || port || host !== hostname) return { ok: false, why: 'host' };
  if (!/\{(id|name)\}/.test(plain) || /[{}]/.test(plain.replace(FIELDS, '')))
    return { ok: false, why: 'field' };
  return { ok: true, fill: filled, needsName: plain.includes('{name}') };
}
