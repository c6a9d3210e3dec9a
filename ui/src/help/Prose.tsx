import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import Markdown, { type Components } from "react-markdown";
import gfm from "remark-gfm";
import { placeFrom } from "./manual";

/** A link of the manual: to another page of it, or out of the app. */
function linkFrom(page: string): NonNullable<Components["a"]> {
  return function ManualLink({ href = "", children }) {
    const place = placeFrom(page, href);
    if (place) {
      return (
        <Link to="/manual/$page" params={{ page: place.page }} {...(place.anchor && { hash: place.anchor })}>
          {children}
        </Link>
      );
    }
    if (!/^https:\/\//.test(href)) return <>{children}</>;
    return (
      <a href={href} target="_blank" rel="noreferrer">
        {children}
      </a>
    );
  };
}

// What may be wider than its place is scrolled by keyboard, too.
/* eslint-disable jsx-a11y/no-noninteractive-tabindex */
const WIDE: Components = {
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  table: ({ children }) => (
    <div className="wide" role="group" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};
/* eslint-enable jsx-a11y/no-noninteractive-tabindex */

/** A link of a text that is not ours: to a page of this app, or nowhere. */
const InnerLink: NonNullable<Components["a"]> = ({ href = "", children }) => {
  const place = /^\/(?![/\\])/.test(href) ? new URL(href, location.origin) : undefined;
  if (!place || /^\/(v1|docs|p|embed)\//.test(place.pathname)) return <>{children}</>;
  return (
    <Link to={place.pathname as string} {...(place.hash && { hash: place.hash.slice(1) })} search={Object.fromEntries(place.searchParams)}>
      {children}
    </Link>
  );
};

/** A text of the manual; without a page one of somebody else, which leads to nowhere but into the app. */
export function Prose({ page, text }: { page?: string; text: string }) {
  // The same as long as the page is: a link that is made anew loses its focus.
  const components = useMemo(() => ({ ...WIDE, ...(page === undefined ? { a: InnerLink, h1: "h3" as const, h2: "h3" as const } : { a: linkFrom(page) }) }), [page]);
  return (
    <div className="prose">
      <Markdown remarkPlugins={[gfm]} disallowedElements={["img"]} components={components}>
        {text}
      </Markdown>
    </div>
  );
}
