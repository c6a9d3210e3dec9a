/** A text that somebody else wrote. It is shown as text whatever it holds, and turns nothing around it. */
export function Theirs({ children, clip = false }: { children: string; clip?: boolean }) {
  return (
    <bdi className={clip ? "theirs clip" : "theirs"} title={clip && children.length > 80 ? children.slice(0, 500) : undefined}>
      {children}
    </bdi>
  );
}

/** An id in a few letters; all of it on hover and to screen readers. */
export function Id({ children, length = 8 }: { children: string; length?: number }) {
  const [kind, name] = children.includes("_") ? children.split("_", 2) : ["", children];
  const isShort = (name?.length ?? 0) <= length + 2;
  if (isShort) return <code className="theirs">{children}</code>;
  return (
    <code className="theirs" title={children}>
      {kind && `${kind}_`}…{name?.slice(-length)}
    </code>
  );
}
