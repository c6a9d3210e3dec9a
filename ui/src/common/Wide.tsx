import { useEffect, useRef, useState, type ReactNode } from "react";

type Props = { label?: string; look?: string; children: ReactNode };

/** A table or a picture may be wider than the page: then it is scrolled within this, by the keys, too. */
export function Wide({ label = "A table that is wider than the page", look = "table-wrap", children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [isWider, setWider] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWider(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return (
    <div className={look} ref={box} {...(isWider && { tabIndex: 0, role: "group", "aria-label": label })}>
      {children}
    </div>
  );
}
