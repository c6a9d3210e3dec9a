import { Component, type ReactNode } from "react";
import { Button } from "../common/Button";

type State = { fault: Error | undefined };

/** Shown where the app itself is at fault. */
export class Fallback extends Component<{ children: ReactNode }, State> {
  override state: State = { fault: undefined };

  static getDerivedStateFromError(fault: Error): State {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return <FaultNote fault={fault} onRetry={() => this.setState({ fault: undefined })} />;
  }
}

export function FaultNote({ fault, onRetry }: { fault: unknown; onRetry: () => void }) {
  const message = fault instanceof Error ? fault.message : String(fault);
  // After an update the files of the version before are gone.
  const isStale = /dynamically imported module|Importing a module script failed/i.test(message);
  return (
    <main className="empty" role="alert">
      <h1>{isStale ? "Chainkeel was updated" : "This page went wrong"}</h1>
      <p>
        {isStale
          ? "This tab has the version from before. Load it again to go on; nothing that was saved is lost."
          : "The fault is the app’s, not yours. What was saved on the server is not touched by it."}
      </p>
      {!isStale && <code className="theirs">{message}</code>}
      <div className="row">
        <Button look="primary" onClick={() => location.reload()}>
          Load again
        </Button>
        {!isStale && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </main>
  );
}
