// The shared lists, reasons and marketplaces, in the seller's language.

import marketplaces from 'shared/marketplace/marketplaces.json';
import reasons from 'shared/reason/reasons.json';
import { language, locale } from './text';

export interface Kind {
  kind: string;
  name: { en: string; zh_CN: string };
}

export interface Marketplace {
  code: string;
  name: { en: string; zh_CN: string };
  /** buyers are counted per region */
  regions: boolean;
  /** strongest first; empty: its pages name no buyer */
  kinds: Kind[];
}

/** The reasons in the order in which menus show them. */
export const allReasons = reasons.reasons;

/** The marketplaces in the order in which pages list them. */
export const allMarketplaces: Marketplace[] = marketplaces.marketplaces;

/** A marketplace by its code. */
export function marketplace(code: string): Marketplace | undefined {
  return allMarketplaces.find((m) => m.code === code);
}

/** What sellers call a marketplace; the code where it is not known. */
export function marketplaceName(code: string): string {
  return marketplace(code)?.name[language()] ?? code;
}

/** What sellers call a kind of identifier, as a label. */
export function kindName(marketplaceCode: string, kind: string): string {
  const found = marketplace(marketplaceCode)?.kinds.find((k) => k.kind === kind);
  const name = found?.name[language()] ?? kind;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** A reason as a table shows it. */
export function reasonShort(code: string): string {
  return allReasons.find((r) => r.code === code)?.short[language()] ?? code;
}

/** A reason as a menu shows it. */
export function reasonText(code: string): string {
  return allReasons.find((r) => r.code === code)?.text[language()] ?? code;
}

/** A day as the seller writes it; `at` is RFC 3339. */
export function day(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? ''
    : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(date);
}

/** A day of the calendar, as YYYY-MM-DD, as the seller writes it. */
export function dayOf(date: string): string {
  return date && day(`${date}T00:00:00`);
}

/** A moment as the seller writes it; `at` is RFC 3339. */
export function moment(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? ''
    : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}
