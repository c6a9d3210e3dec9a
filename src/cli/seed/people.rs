//! Whom and what the seeded organization deals with.

/// Customers and suppliers.
pub(super) const PARTIES: [&str; 20] = [
    "Northwind",
    "Acme Shipping",
    "Baltic Grain",
    "Cedar Optics",
    "Delta Mills",
    "Evergreen Foods",
    "Fjord Seafood",
    "Granite Works",
    "Harbour Lines",
    "Iris Textiles",
    "Juniper Health",
    "Kestrel Air",
    "Lumen Energy",
    "Meridian Tools",
    "Nimbus Data",
    "Orchard Press",
    "Pioneer Parts",
    "Quartz Labs",
    "Riverbank Paper",
    "Summit Outdoor",
];
/// Who answers tasks.
pub(super) const PEOPLE: [&str; 8] =
    ["ada", "grace", "linus", "margaret", "edsger", "barbara", "donald", "radia"];
/// Currencies.
pub(super) const CURRENCIES: [&str; 5] = ["EUR", "USD", "CHF", "USDC", "GBP"];
/// Chains by name.
pub(super) const CHAINS: [&str; 5] = ["ethereum", "base", "arbitrum", "optimism", "polygon"];
/// Teams, as tags of workflows.
pub(super) const TEAMS: [&str; 6] =
    ["treasury", "finance", "operations", "support", "risk", "growth"];
/// How urgent, as tags of workflows.
pub(super) const STAGES: [&str; 4] = ["production", "pilot", "month-end", "critical"];
