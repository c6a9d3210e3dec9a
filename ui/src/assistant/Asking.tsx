import { Send, Square } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import type { State, Talk } from "./talk";

const LONGEST = 8_000;

/** Where one asks, and stops what is under way. */
export function Asking({ talk, state }: { talk: Talk; state: State }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const isBusy = state.status === "asking" || state.status === "looking";
  // Whoever comes here comes to ask.
  useEffect(() => field.current?.focus(), []);
  const send = () => {
    const question = text.trim();
    if (question === "" || isBusy) return;
    setText("");
    void talk.ask(question);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isBusy) talk.stop();
    // While letters are put together by an input method, Enter is for it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="asking"
      aria-label="Ask"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field label="Your question" hint="Enter sends it, Shift Enter begins a new line, Escape stops.">
        {(control) => <textarea {...control} ref={field} className="input" rows={3} maxLength={LONGEST} value={text} onChange={(event) => setText(event.target.value)} onKeyDown={onKey} />}
      </Field>
      <div className="row">
        <Button type="submit" look="primary" icon={<Send size={16} aria-hidden />} disabled={isBusy || text.trim() === ""}>
          Send
        </Button>
        {isBusy && (
          <Button icon={<Square size={16} aria-hidden />} onClick={() => talk.stop()}>
            Stop
          </Button>
        )}
      </div>
    </form>
  );
}
