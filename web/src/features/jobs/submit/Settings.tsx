import { ChevronRight } from 'lucide-react';
import type { Workflow } from '../job';
import type { Json, Setting } from './setting';
import { SettingField } from './SettingField';
import { type Default, matters, type Values } from './values';

type Props = {
  settings: Setting[];
  workflow: Workflow;
  engine: string;
  defaults: Record<string, Default>;
  changes: Values;
  before?: Values;
  errors: Record<string, string>;
  onChange: (name: string, value: Json) => void;
  onReset: (name: string) => void;
};

/** The settings that matter to a workflow: its own and what one most often sets, the others folded. */
export function Settings(props: Props) {
  const { settings, workflow, engine, defaults, changes, errors } = props;
  const valueOf = (name: string) => (name in changes ? changes[name] : defaults[name]?.value);
  const asked = settings.filter((one) => matters(one, workflow, valueOf('task')));
  const isFirst = (one: Setting) =>
    one.of === 'workflow' ||
    one.tasks.length > 0 ||
    one.name === 'task' ||
    defaults[one.name]?.from !== 'default';
  const isNeeded = (one: Setting) => one.default === undefined;
  const first = asked.filter((one) => isFirst(one) || isNeeded(one));
  const folded = asked.filter((one) => !first.includes(one));
  const isOpen = folded.some(({ name }) => name in changes || name in errors);
  const grid = (shown: Setting[]) => (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
      {shown.map((setting) => (
        <One key={setting.name} {...props} setting={setting} value={valueOf(setting.name)} />
      ))}
    </div>
  );
  return (
    <div className="flex flex-col gap-5">
      {grid(first)}
      {folded.length > 0 && (
        <details open={isOpen || undefined} className="group border-t border-line pt-3">
          <summary className="flex list-none items-center gap-1.5 text-sm font-medium text-muted hover:text-text">
            <ChevronRight aria-hidden size={15} className="transition-transform group-open:rotate-90" />
            {`${folded.length} more parameters of ${engine}`}
          </summary>
          <div className="pt-4">{grid(folded)}</div>
        </details>
      )}
    </div>
  );
}

function One({
  setting,
  value,
  defaults,
  before,
  errors,
  onChange,
  onReset,
}: Props & { setting: Setting; value: Json | undefined }) {
  const { name } = setting;
  return (
    <SettingField
      setting={setting}
      value={value}
      usual={defaults[name] ?? { value: setting.default, from: 'default' }}
      before={before && { value: before[name] }}
      error={errors[name]}
      onChange={(next) => onChange(name, next)}
      onReset={() => onReset(name)}
    />
  );
}
