// The head of a page: its title, what it counts and its own actions.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../ui/text';

interface HeadProps {
  title: string;
  /** beside the title, as a count */
  aside?: string | undefined;
  /** buttons of the page */
  children?: ComponentChildren;
}

/** Every page has exactly one; the keyboard goes on from its title when the seller comes here. */
export function PageHead({ title, aside, children }: HeadProps) {
  useEffect(() => {
    document.title = t('dashboard_tab', title);
  }, [title]);
  return (
    <div class="head">
      <h1 tabIndex={-1}>{title}</h1>
      <span class="aside">{aside}</span>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}
