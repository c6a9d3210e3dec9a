import { Check, Copy as CopyIcon } from "lucide-react";
import { useState } from "react";
import { Button } from "./Button";

/** Puts a text on the clipboard, also where the browser only lets a secure page do so. */
async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A text that costs something to make is made when it is copied. */
export function Copy({ text, what }: { text: string | (() => string); what: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await toClipboard(typeof text === "string" ? text : text());
    setDone(true);
    setTimeout(() => setDone(false), 1_500);
  };
  return (
    <Button
      look="plain"
      aria-label={isDone ? `Copied ${what}` : `Copy ${what}`}
      title={`Copy ${what}`}
      icon={isDone ? <Check size={15} aria-hidden /> : <CopyIcon size={15} aria-hidden />}
      onClick={() => void copy()}
    />
  );
}

/** A command of the terminal, to be copied. */
export function Command({ children }: { children: string }) {
  return (
    <div className="command">
      <code>{children}</code>
      <Copy text={children} what="the command" />
    </div>
  );
}
