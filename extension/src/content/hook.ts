// The hook in the page's own world: it copies JSON responses that a site's
// definition asks for, and hands them to the content script; so it does with data
// that the document has in a script, where the definition says so.
//
// It holds addresses' patterns and nothing of a seller, and is the same for
// all. The page must work as without it: a call whose address fits no pattern
// is the page's alone; others get the very promise and the very response they
// would have got; what goes wrong here stays here. The functions of the browser
// that it uses are taken before the page's first script can replace them, and a
// function of the page's that replaces ours still ends in ours.

import { fitsHost, matchesPatterns } from '../site/url';
import { COPIED, looksLikeJson, MAX_ADDRESS, MAX_COPY } from './copies';
import { type Inline, inlineData } from './inline';

/** Hosts and patterns of all bundled definitions; the bundle writes it in. */
declare const HOOKED_SITES: { hosts: string[]; patterns: string[]; inline?: Inline[] }[];

/** Characters of an address that is looked at at all. */
const LONGEST_ADDRESS = 64 << 10;

const here = HOOKED_SITES.filter((site) => site.hosts.some((name) => fitsHost(location.hostname, name)));
hook(
  here.flatMap((site) => site.patterns),
  here.flatMap((site) => site.inline ?? []),
);

function hook(patterns: string[], inline: Inline[]): void {
  if (patterns.length === 0) return;
  const { apply } = Reflect;
  const Event = CustomEvent;
  const address = URL;
  const Decoder = TextDecoder;
  const dispatch = document.dispatchEvent;
  const listen = EventTarget.prototype.addEventListener;
  const then = Promise.prototype.then;
  const clone = Response.prototype.clone;
  const header = Headers.prototype.get;
  const headersOf = getter(Response.prototype, 'headers');
  const bodyOf = getter(Response.prototype, 'body');
  const urlOf = getter(Request.prototype, 'url');
  const typeOf = getter(XMLHttpRequest.prototype, 'responseType');
  const textOf = getter(XMLHttpRequest.prototype, 'responseText');
  const responseOf = getter(XMLHttpRequest.prototype, 'response');
  const allHeaders = XMLHttpRequest.prototype.getAllResponseHeaders;
  const reader = ReadableStream.prototype.getReader;
  const read = ReadableStreamDefaultReader.prototype.read;
  const stop = ReadableStreamDefaultReader.prototype.cancel;
  const stringify = JSON.stringify;

  /** The whole address, where the definition wants it; looking at it must have no effect that the page could see. */
  function wanted(target: unknown): string | undefined {
    let url: string;
    if (typeof target === 'string') url = target;
    else if (target instanceof address) url = target.href;
    else if (target instanceof Request) url = apply(urlOf, target, []) as string;
    else return undefined;
    if (url.length > LONGEST_ADDRESS) return undefined;
    url = new address(url, document.baseURI).href;
    return matchesPatterns(patterns, url) ? url : undefined;
  }

  function hand(url: string, text: string): void {
    if (text.length > MAX_COPY || !looksLikeJson(text)) return;
    apply(dispatch, document, [new Event(COPIED, { detail: `${url.slice(0, MAX_ADDRESS)}\n${text}` })]);
  }

  const scripts = document.getElementsByTagName('script');
  const said = getter(Node.prototype, 'textContent');

  /** Hands on what the document's own scripts hold, once all of them are there. */
  function look(): void {
    for (const script of scripts) {
      const text = apply(said, script, []) as string;
      for (const one of inline) {
        const data = inlineData(text, one);
        if (data) hand(new address(one.url, location.href).href, data);
      }
    }
  }

  if (inline.length > 0) {
    apply(listen, document, ['DOMContentLoaded', () => quietly(look), { once: true, capture: true }]);
  }

  async function copy(url: string, response: Response): Promise<void> {
    const headers = apply(headersOf, response, []) as Headers;
    const type = (apply(header, headers, ['content-type']) as string | null) ?? '';
    const length = Number(apply(header, headers, ['content-length']) ?? 0);
    if (!readable(type) || length > MAX_COPY) return;
    const body = apply(bodyOf, apply(clone, response, []), []) as ReadableStream<Uint8Array> | null;
    if (!body) return;
    const source = apply(reader, body, []) as ReadableStreamDefaultReader<Uint8Array>;
    const decoder = new Decoder();
    let text = '';
    for (;;) {
      const { done, value } = await (apply(read, source, []) as ReturnType<typeof source.read>);
      if (done) break;
      text += decoder.decode(value, { stream: true });
      if (text.length > MAX_COPY) {
        await (apply(stop, source, []) as Promise<void>);
        return;
      }
    }
    hand(url, text + decoder.decode());
  }

  window.fetch = new Proxy(window.fetch, {
    apply(native, self, args: unknown[]) {
      const answer = apply(native, self, args) as Promise<Response>;
      quietly(() => {
        const url = wanted(args[0]);
        if (!url) return;
        const taken = (response: Response) => {
          copy(url, response).catch(nothing);
        };
        apply(then, answer, [(response: Response) => quietly(() => taken(response)), nothing]);
      });
      return answer;
    },
  });

  const urls = new WeakMap<XMLHttpRequest, string>();
  const heard = new WeakSet<XMLHttpRequest>();

  function loaded(request: XMLHttpRequest): void {
    const url = urls.get(request);
    if (!url) return;
    const type = /^content-type:\s*(.*)$/im.exec(apply(allHeaders, request, []) as string)?.[1] ?? '';
    if (!readable(type)) return;
    const as = apply(typeOf, request, []);
    if (as === '' || as === 'text') hand(url, apply(textOf, request, []) as string);
    else if (as === 'json') hand(url, stringify(apply(responseOf, request, [])) ?? '');
  }

  XMLHttpRequest.prototype.open = new Proxy(XMLHttpRequest.prototype.open, {
    apply(native, self: XMLHttpRequest, args: unknown[]) {
      const opened: unknown = apply(native, self, args);
      quietly(() => {
        const url = wanted(args[1]);
        if (url) urls.set(self, url);
        else urls.delete(self);
        if (!url || heard.has(self)) return;
        heard.add(self);
        apply(listen, self, ['load', () => quietly(() => loaded(self))]);
      });
      return opened;
    },
  });
}

/** Responses that come as a whole: a stream of events is the page's alone. */
function readable(type: string): boolean {
  // Most are this one, and to make the pattern ready takes longer than all the rest.
  if (type.startsWith('application/json')) return true;
  return /^(?:application\/(?:[\w.-]{1,64}\+)?json|text\/(?:json|plain|html|javascript)|$)/i.test(
    type.trim(),
  );
}

function getter(prototype: object, name: string): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get ?? nothing;
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The page must not notice.
  }
}

function nothing(): void {}
