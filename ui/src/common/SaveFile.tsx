import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { fetchFile, type Progress } from "../api/transfer";
import { Button } from "./Button";
import { ProblemNote } from "./ProblemNote";
import { saveAs } from "./saveAs";
import { bytes } from "./units";

type Props = { path: string; name: string; label: string; look?: "primary" | undefined; disabled?: boolean };

/** Saves a file of the server: it tells how much has come, and can be stopped. */
export function SaveFile({ path, name, label, look, disabled = false }: Props) {
  const [progress, setProgress] = useState<Progress>();
  const [error, setError] = useState<unknown>();
  const [said, setSaid] = useState("");
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const begin = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setError(undefined);
    setSaid("");
    setProgress({ bytes: 0, lines: 0 });
    try {
      const file = await fetchFile(path, controller.signal, setProgress);
      saveAs(name, file);
      setSaid(`${bytes(file.size)} saved`);
    } catch (fault) {
      if (controller.signal.aborted) setSaid("Stopped; nothing was saved");
      else setError(fault);
    } finally {
      setProgress(undefined);
    }
  };
  return (
    <div className="stack">
      <div className="row">
        <Button look={look} disabled={disabled} busy={progress !== undefined} icon={<Download size={16} aria-hidden />} onClick={() => void begin()}>
          {label}
        </Button>
        {progress && (
          <>
            <span role="status" className="small quiet">
              {bytes(progress.bytes)}
              {progress.lines > 0 && ` · ${progress.lines.toLocaleString()} lines`} have come
            </span>
            <Button look="plain" onClick={() => stop.current?.abort()}>
              Stop
            </Button>
          </>
        )}
        {said && (
          <span role="status" className="small quiet">
            {said}
          </span>
        )}
      </div>
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}
