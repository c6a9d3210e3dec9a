import { useEffect, useRef, useState, type ReactNode } from "react";

const REACHED_BY_KEYS = { tabIndex: 0, role: "group", "aria-label": "A table that is wider than the page" };

/** A table may be wider than the page: then it is scrolled within this, by the keys, too. */
export function Wide({ children }: { children: ReactNode }) {
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
    <div className="table-wrap" ref={box} {...(isWider && REACHED_BY_KEYS)}>
      {children}
    </div>
  );
}
