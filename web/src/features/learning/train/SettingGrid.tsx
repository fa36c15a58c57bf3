import type { Setting } from '@/features/jobs/submit/setting';
import { SettingField } from '@/features/jobs/submit/SettingField';
import type { Values } from '@/features/jobs/submit/values';
import { valueOf } from './training';

/** Settings beside each other, each with its help, its unit and the way back to its default. */
export function SettingGrid({
  settings,
  changes,
  errors,
  prefix = '',
  onChange,
}: {
  settings: Setting[];
  changes: Values;
  errors: Record<string, string>;
  /** What errors begin the names of these settings with. */
  prefix?: string;
  onChange: (changes: Values) => void;
}) {
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">
      {settings.map((setting) => {
        const { name } = setting;
        return (
          <SettingField
            key={name}
            setting={setting}
            value={valueOf(setting, changes)}
            usual={{ value: setting.default, from: 'default' }}
            error={errors[prefix + name]}
            onChange={(value) => onChange({ ...changes, [name]: value })}
            onReset={() =>
              onChange(Object.fromEntries(Object.entries(changes).filter(([one]) => one !== name)))
            }
          />
        );
      })}
    </div>
  );
}
