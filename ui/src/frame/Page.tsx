import { useEffect, type ReactNode } from "react";

type Props = { title: string; heading?: ReactNode; lead?: ReactNode; crumbs?: ReactNode; actions?: ReactNode; children: ReactNode };

/** A page: its title for the tab, its heading, what can be done, and what it shows. */
export function Page({ title, heading, lead, crumbs, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title.slice(0, 80)} · Chainkeel`;
  }, [title]);
  return (
    <div className="page">
      <div className="head">
        <div>
          {crumbs && (
            <nav className="crumbs" aria-label="Where you are">
              {crumbs}
            </nav>
          )}
          <h1 className="theirs">{heading ?? title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
