import { useEffect, useEffectEvent, useLayoutEffect, useRef } from "react";
import type { CodeFieldProps, Selected } from "../common/CodeField";
import { CodeView } from "./view";

const NOTHING = {};

/** Code in a field: highlighted, completed, and marked where it is wrong. */
export default function CodeEditor(props: CodeFieldProps & { takeSelection: () => Selected | undefined }) {
  const { label, value, language, problems } = props;
  const [isDocument, isLine, isReadOnly] = [props.isDocument ?? false, props.isLine ?? false, props.isReadOnly ?? false];
  const { description, isInvalid = false, placeholder } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<CodeView>(undefined);
  const settingNow = useEffectEvent(() => ({ label, description, isInvalid, isReadOnly, placeholder }));
  const textNow = useEffectEvent(() => value);
  const changed = useEffectEvent((text: string) => props.onChange?.(text));
  const readable = useEffectEvent(() => props.readable ?? NOTHING);
  const words = useEffectEvent(() => props.words);
  const selected = useEffectEvent(() => props.takeSelection());

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new CodeView(element, textNow(), { language, isDocument, isLine }, settingNow(), { onChange: (text) => changed(text), readable: () => readable(), words: () => words() });
    view.current = made;
    const taken = selected();
    if (taken) made.focus(taken);
    const insert = (event: Event) => made.insert((event as CustomEvent<string>).detail);
    const focus = () => made.focus();
    element.addEventListener("code-insert", insert);
    element.addEventListener("code-focus", focus);
    return () => {
      element.removeEventListener("code-insert", insert);
      element.removeEventListener("code-focus", focus);
      made.destroy();
      view.current = undefined;
    };
  }, [language, isDocument, isLine]);
  useEffect(() => view.current?.set({ label, description, isInvalid, isReadOnly, placeholder }), [label, description, isInvalid, isReadOnly, placeholder]);
  useLayoutEffect(() => view.current?.show(value), [value]);
  useEffect(() => {
    // What is being typed is judged when it rests.
    const timer = setTimeout(() => view.current?.mark(problems ?? [], language === "json"), 300);
    return () => clearTimeout(timer);
  }, [value, problems, language]);
  const look = ["input", "code", "code-host", isLine && "line", isDocument && "document", isInvalid && "invalid"].filter(Boolean).join(" ");
  return <div ref={host} className={look} data-disabled={isReadOnly || undefined} />;
}
