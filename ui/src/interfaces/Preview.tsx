import { Component as ReactComponent, useState, type ReactNode } from "react";
import type { Json } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import { DataView } from "./DataView";
import { InterfaceForm } from "./InterfaceForm";
import type { Component } from "./model";

/** An interface as it will be, with nothing behind its buttons: what would be sent is shown. */
export function Preview({ component, data }: { component: Component; data: Json | undefined }) {
  const [sent, setSent] = useState<Json>();
  const asks = component.componentType === "Form" || component.componentType === "Modal" || (component.actions?.length ?? 0) > 0;
  return (
    <Guard>
      {asks ? <InterfaceForm component={component} data={data} faults={[]} onSend={setSent} onReject={() => setSent("rejected")} /> : <DataView component={component} data={data} />}
      {sent !== undefined && (
        <div className="stack">
          <h3>The answer would be</h3>
          <JsonTree value={sent} label="the answer" />
        </div>
      )}
    </Guard>
  );
}

/** What is being written may have any shape: where it cannot be shown, that is said, and the page stays. */
class Guard extends ReactComponent<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <p className="quiet">It cannot be shown as long as something is wrong with it.</p> : this.props.children;
  }
}
