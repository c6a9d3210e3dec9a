import "./help.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Empty } from "../common/Empty";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Theirs } from "../common/Theirs";
import { Page } from "../frame/Page";
import { useManual, type Manual, type Section } from "./manual";
import { Prose } from "./Prose";

const ASKED = ["How is a failed run run again from a node?", "What does a retry cost?", "Who may approve a payment?", "How do I verify a bundle without the server?"];
/** Where one begins to read. */
const FIRST = ["workflows", "nodes", "expressions", "webhooks", "tasks", "wallets", "policies", "verifying", "operations", "web-app"];

/** A question, and what the manual says to it. */
export function HelpPage() {
  const { q = "" } = useSearch({ from: "/help" });
  const navigate = useNavigate();
  const manual = useManual();
  const ask = (question: string) => void navigate({ to: "/help", search: question ? { q: question } : {}, replace: true });
  const items = manual.data && q.length > 1 ? manual.data.answer(q) : [];
  return (
    <Page title="Help" lead="Ask the manual of this version a question. Ctrl I (⌘ I) comes here from everywhere, Ctrl J to the assistant, Ctrl K to any page.">
      <div className="row question">
        <SearchBox value={q} onChange={ask} label="Your question" hint="How do I …?" isFirst />
      </div>
      {q.length < 2 ? (
        <Begin manual={manual.data} />
      ) : (
        <section aria-label="Answers" aria-live="polite">
          <Listing
            query={{ ...manual, items }}
            empty={
              <Empty title="The manual says nothing of that">
                <p>Ask with the words that the app uses: run, node, trigger, wallet, policy, task.</p>
              </Empty>
            }
          >
            <ol className="answers">
              {items.map((section, index) => (
                <Answer key={`${section.page}#${section.anchor}`} section={section} isBest={index === 0} />
              ))}
            </ol>
          </Listing>
        </section>
      )}
    </Page>
  );
}

function Answer({ section, isBest }: { section: Section; isBest: boolean }) {
  return (
    <li className="panel body">
      <details open={isBest}>
        <summary>
          <strong>
            <Theirs clip>{section.heading}</Theirs>
          </strong>
          {section.title !== section.heading && <span className="quiet small"> in {section.title}</span>}
        </summary>
        <Prose page={section.page} text={section.text} />
        <p className="small">
          <Link to="/manual/$page" params={{ page: section.page }} hash={section.anchor}>
            Read the page
          </Link>
        </p>
      </details>
    </li>
  );
}

function Begin({ manual }: { manual: Manual | undefined }) {
  const titles = new Map(manual?.sections.filter(({ level }) => level === 1).map(({ page, title }) => [page, title]));
  return (
    <>
      <section className="panel body" aria-label="Questions">
        <h2>Such as</h2>
        <ul>
          {ASKED.map((question) => (
            <li key={question}>
              <Link to="/help" search={{ q: question }}>
                {question}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section className="panel body" aria-label="Pages">
        <h2>To begin with</h2>
        <ul>
          {FIRST.filter((page) => titles.has(page)).map((page) => (
            <li key={page}>
              <Link to="/manual/$page" params={{ page }}>
                {titles.get(page)}
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
