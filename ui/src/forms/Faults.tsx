/** What is wrong with a field that is more than one control. */
export function Faults({ of }: { of: string[] }) {
  return of.map((fault) => (
    <div key={fault} className="fault theirs" role="alert">
      {fault}
    </div>
  ));
}
