/** The tabs above a panel, which has this id and is labelled by the tab that is shown, `tab-` and its name. */
export function Tabs<Name extends string>({ panel, tabs, shown, onShow, narrowOnly }: { panel: string; tabs: readonly (readonly [Name, string])[]; shown: Name; onShow: (name: Name) => void; narrowOnly?: Name }) {
  return (
    <div className="tabs" role="tablist" aria-label="What to look at">
      {tabs.map(([name, label]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={shown === name}
          aria-controls={panel}
          data-state={shown === name ? "active" : undefined}
          className={name === narrowOnly ? "only-narrow" : undefined}
          onClick={() => onShow(name)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
