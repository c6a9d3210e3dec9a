/** Where something will be, in the shape of lines. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div className="body stack" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className="skeleton" style={{ width: `${90 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  );
}
