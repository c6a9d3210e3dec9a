/** The keel, in the colour of the accent. */
export function Logo() {
  return (
    <span className="logo">
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden>
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <path d="M8 12c0 8 3.500 12 8 13 4.500-1 8-5 8-13M16 6v19M11 10h10" fill="none" stroke="var(--accent-ink)" strokeWidth="2.600" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      Chainkeel
    </span>
  );
}
