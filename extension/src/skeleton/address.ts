// The shape of an address: its host where the definition names it, its path
// with what is data taken out, the names of its parameters. It is pure.

import type { Definition } from '../site';
import { shape } from './shape';
import type { Words } from './words';

/** Parts of a path, and names of parameters, that are shown. */
const SHOWN = 12;

/** An address as it may stand in a report; relative where it is. */
export function addressShape(address: string, hosts: Definition['hosts'], words: Words): string {
  const text = address.trim();
  const [, scheme = '', host = '', rest = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?(.*)$/s.exec(text) ?? [];
  if (scheme && !/^https?$/i.test(scheme))
    return `${/^(data|blob|mailto|tel|javascript)$/i.test(scheme) ? scheme : 'aaa'}:`;
  const [, path = '', query = '', hash = ''] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(rest) ?? [];
  return [
    scheme && `${scheme}:`,
    text.includes('//') && host && `//${hostShape(host, hosts)}`,
    pathShape(path, words),
    query && `?${namesOf(query, words)}`,
    // A page that keeps its own path behind the sign.
    hash && `#${hash.startsWith('/') ? pathShape(hash.split('?')[0] ?? '', words) : ''}`,
  ]
    .filter(Boolean)
    .join('');
}

function hostShape(host: string, hosts: Definition['hosts']): string {
  const name = host.toLowerCase();
  for (const pattern of hosts) {
    if (name === pattern) return name;
    // What stands before may be the name of a shop.
    if (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)))
      return `${shape(name.slice(0, 1 - pattern.length))}${pattern.slice(1)}`;
  }
  return shape(name);
}

function pathShape(path: string, words: Words): string {
  const parts = path.split('/');
  const shown = parts.slice(0, SHOWN).map((part) => words.id(decoded(part)));
  return shown.join('/') + (parts.length > SHOWN ? '/…' : '');
}

function namesOf(query: string, words: Words): string {
  const names = query.split('&').map((pair) => words.id(decoded(pair.split('=')[0] ?? '')));
  return (
    names
      .slice(0, SHOWN)
      .map((name) => `${name}=`)
      .join('&') + (names.length > SHOWN ? '&…' : '')
  );
}

/** A text as it reads without the escapes of addresses. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
