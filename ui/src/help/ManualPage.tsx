import "./help.css";
import { Link, useLocation, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { Empty } from "../common/Empty";
import { Loading } from "../common/Loading";
import { ProblemNote } from "../common/ProblemNote";
import { Page } from "../frame/Page";
import { useManual } from "./manual";
import { Prose } from "./Prose";

/** A page of the manual. */
export function ManualPage() {
  const { page } = useParams({ from: "/manual/$page" });
  const { hash } = useLocation();
  const manual = useManual();
  const sections = manual.data?.sections.filter((section) => section.page === page) ?? [];
  const isThere = sections.length > 0;
  useEffect(() => {
    if (isThere && hash) document.getElementById(hash)?.scrollIntoView();
  }, [isThere, hash, page]);
  const crumbs = (
    <Link to="/help" search={{}}>
      Help
    </Link>
  );
  if (manual.isError) return <ProblemNote error={manual.error} onRetry={() => void manual.refetch()} />;
  const [first, ...rest] = sections;
  return (
    <Page title={first?.title ?? "Help"} crumbs={crumbs}>
      {manual.isPending && <Loading lines={12} />}
      {manual.data && !first && (
        <Empty title="There is no such page">
          <p>The manual of this version has none of this name. Ask for what it was about.</p>
        </Empty>
      )}
      {first && (
        <article className="panel body manual">
          <Prose page={page} text={first.text} />
          {rest.map((section) => {
            const Heading = section.level === 2 ? "h2" : section.level === 3 ? "h3" : "h4";
            return (
              <section key={section.anchor}>
                <Heading id={section.anchor}>{section.heading}</Heading>
                <Prose page={page} text={section.text} />
              </section>
            );
          })}
        </article>
      )}
    </Page>
  );
}
