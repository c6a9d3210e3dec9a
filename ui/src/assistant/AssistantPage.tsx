import "../help/help.css";
import "./assistant.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCcw } from "lucide-react";
import { useSyncExternalStore } from "react";
import { api } from "../api/client";
import { asText } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Loading } from "../common/Loading";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { Page } from "../frame/Page";
import { useMay, useWhoami } from "../frame/whoami";
import { Asking } from "./Asking";
import { Conversation } from "./Conversation";
import { ModelChoice } from "./ModelChoice";
import { Talk, type State } from "./talk";
import { talkAt } from "./talks";

const EXAMPLES = ["Which runs failed today, and why?", "What waits for me?", "How far behind are the chains that we watch?", "How do I run a failed run again from a node?", "Draft a workflow that logs each delivery of a webhook."];

/** Questions and orders in plain language. */
export function AssistantPage() {
  const { data: who } = useWhoami();
  const may = useMay("assistant:run");
  const lead = "Ask what is going on, or say what is to be done. It sees what you may see, and does nothing before you agree. Ctrl J (⌘ J) comes here from everywhere.";
  if (!who) return <Page title="Assistant" lead={lead}>{<Loading lines={4} />}</Page>;
  if (!may) {
    return (
      <Page title="Assistant" lead={lead}>
        <Empty title="Your role does not include the assistant">
          <p>
            Asking it sends what you may see to the organization’s language model, and costs money there, so it wants the permission <code>assistant:run</code>. Owners, admins, developers and operators have it; whoever manages{" "}
            <Link to="/members">members and roles</Link> can give you such a role. The <Link to="/help" search={{}}>manual</Link> answers without a model.
          </p>
        </Empty>
      </Page>
    );
  }
  return <Talking place={`${who.organization?.id ?? ""} ${who.actor}`} organization={who.organization?.name ?? "this organization"} lead={lead} />;
}

function Talking({ place, organization, lead }: { place: string; organization: string; lead: string }) {
  const talk = talkAt(place, () => new Talk());
  const state = useSyncExternalStore(talk.subscribe, talk.read);
  const connectors = useQuery({
    queryKey: ["connectors", "models"],
    queryFn: async () => (await api.get("/v1/connectors", { params: { query: { type: "openai-compatible", limit: 100 } } })).items,
    retry: false,
  });
  const isNone = connectors.data?.length === 0;
  const models = useQuery({
    queryKey: ["assistant", "models", state.connectorId],
    enabled: !connectors.isPending && !isNone,
    queryFn: () => api.get("/v1/assistant/models", { params: { query: state.connectorId === undefined ? {} : { connectorId: state.connectorId } } }),
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  const code = models.isError ? asProblem(models.error).code : undefined;
  const again = state.steps.length > 0 && (
    <Button icon={<RotateCcw size={16} aria-hidden />} onClick={() => talk.clear()}>
      Start anew
    </Button>
  );
  if (connectors.isPending) return <Page title="Assistant" lead={lead}>{<Loading lines={4} />}</Page>;
  if (isNone || code === "assistant-not-connected") return <Page title="Assistant" lead={lead}>{<NotConnected />}</Page>;
  if (code === "assistant-off") {
    return (
      <Page title="Assistant" lead={lead}>
        <Empty title="The assistant is off on this installation">
          <p>
            Its operator has set <code>assistant.seconds</code> to 0. The <Link to="/help" search={{}}>manual</Link> answers without a model.
          </p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page title="Assistant" lead={lead} actions={again}>
      <ModelChoice talk={talk} state={state} connectors={connectors.data ?? []} offered={models.data} isUndecided={code === "connector-refuses" && state.connectorId === undefined} />
      {models.isError && code !== "connector-refuses" && <ProblemNote error={models.error} onRetry={() => void models.refetch()} />}
      {state.steps.length === 0 && <Begin connectorId={models.data?.connectorId} onAsk={(text) => void talk.ask(text)} />}
      <Conversation talk={talk} state={state} organization={organization} />
      {state.error !== undefined && <ProblemNote error={state.error} onRetry={() => void talk.retry()} />}
      <Asking talk={talk} state={state} />
      <Footnotes state={state} />
    </Page>
  );
}

function NotConnected() {
  const may = useMay("connectors:write");
  return (
    <Empty title="No language model is connected">
      <p>
        The assistant asks a model of your own choice: a provider, or a server of yours that speaks the protocol of OpenAI. It needs a connector of the type <code>openai-compatible</code>, with the host, a key, and the model that is asked. What it is told and what not stands in{" "}
        <Link to="/manual/$page" params={{ page: "assistant" }}>
          the manual
        </Link>
        .
      </p>
      {may ? (
        <p>
          <Link className="button primary" to="/connectors" search={{ connect: "openai-compatible" }}>
            Connect a language model
          </Link>
        </p>
      ) : (
        <p>
          Your role cannot connect one: ask somebody with <code>connectors:write</code>.
        </p>
      )}
    </Empty>
  );
}

function Begin({ connectorId, onAsk }: { connectorId: string | undefined; onAsk: (text: string) => void }) {
  const connector = useQuery({
    queryKey: ["connector", connectorId],
    queryFn: () => api.get("/v1/connectors/{id}", { params: { path: { id: connectorId ?? "" } } }),
    enabled: connectorId !== undefined,
    retry: false,
  });
  const host = asText((connector.data?.data as Record<string, unknown> | undefined)?.["host"]);
  return (
    <section className="panel body" aria-label="To begin with">
      <h2>Such as</h2>
      <ul className="examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" className="link" onClick={() => onAsk(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <p className="small quiet">
        What you write here, and what is read for it of what you may see, goes to {host ? <Theirs>{host}</Theirs> : "the provider of the connector"} and nowhere else. The conversation is in the memory of this tab: it is stored nowhere, and gone when the tab is.{" "}
        It cannot sign, move money, or change who may do what.{" "}
        <Link to="/manual/$page" params={{ page: "assistant" }}>
          More about it
        </Link>
      </p>
    </section>
  );
}

function Footnotes({ state }: { state: State }) {
  const { input, output } = state.tokens;
  return (
    <div className="small quiet">
      {state.isShortened && <p>The conversation is long: the model is not sent its beginning any more. Start anew for a new matter.</p>}
      {input + output > 0 && (
        <p>
          This conversation has taken {input.toLocaleString()} tokens that were read and {output.toLocaleString()} that were written, as the provider counts.
        </p>
      )}
    </div>
  );
}
