import "./admin.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tabs } from "../common/Tabs";
import { Page } from "../frame/Page";
import { SETTING_TABS } from "./adminViews";
import { Holds } from "./Holds";
import { OrganizationSettings } from "./OrganizationSettings";
import { RetentionSettings } from "./RetentionSettings";
import { Subjects } from "./Subjects";

/** What holds for the whole organization. */
export function SettingsPage() {
  const { tab = "organization" } = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  return (
    <Page title="Settings" lead="What holds for the whole organization.">
      <section className="panel" aria-label="Settings">
        <Tabs panel="settings-room" tabs={SETTING_TABS} shown={tab} onShow={(name) => void navigate({ to: "/settings", search: name === "organization" ? {} : { tab: name }, replace: true })} />
        <div role="tabpanel" id="settings-room" aria-labelledby={`tab-${tab}`}>
          {tab === "organization" && <OrganizationSettings />}
          {tab === "retention" && <RetentionSettings />}
          {tab === "holds" && <Holds />}
          {tab === "subjects" && <Subjects />}
        </div>
      </section>
    </Page>
  );
}
