import { Camera, Maximize, Minus, Orbit, Plus } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/shared/ui/Button';
import { classes } from '@/shared/ui/classes';
import type { Cell } from '../structure';
import { axisOf } from './Canvas';
import type { Scene } from './scene';

/** What is done to the picture with the mouse, as buttons; and what is taken of it. */
export function Controls({ scene, cell, name }: { scene: Scene; cell: Cell; name: string }) {
  const [spins, setSpins] = useState(false);
  const toggleSpin = () => {
    scene.spin(!spins);
    setSpins(!spins);
  };
  return (
    <div className="absolute top-2 right-2 flex flex-col gap-1.5">
      <Group>
        <IconButton size="s" label="Zoom in" icon={Plus} onClick={() => scene.zoom(1.25)} />
        <IconButton size="s" label="Zoom out" icon={Minus} onClick={() => scene.zoom(0.8)} />
        <IconButton size="s" label="Show the whole" icon={Maximize} onClick={() => scene.fit(true)} />
      </Group>
      <Group>
        {['a', 'b', 'c'].map((axis) => (
          <button
            key={axis}
            type="button"
            aria-label={`View along ${axis}`}
            title={`View along ${axis}`}
            onClick={() => scene.along(axisOf(axis), cell)}
            className="inline-flex size-7 items-center justify-center rounded-md text-sm text-muted italic hover:bg-hover hover:text-text pointer-coarse:min-h-9 pointer-coarse:min-w-9"
          >
            {axis}
          </button>
        ))}
      </Group>
      <Group>
        <IconButton
          size="s"
          label={spins ? 'Stop turning' : 'Turn slowly'}
          icon={Orbit}
          aria-pressed={spins}
          className={classes(spins && 'bg-accent-soft text-accent-text')}
          onClick={toggleSpin}
        />
        <IconButton size="s" label="Save as PNG" icon={Camera} onClick={() => save(scene, name)} />
      </Group>
    </div>
  );
}

function Group({ children }: { children: React.ReactNode }) {
  return (
    <div className="flex flex-col rounded-md border border-line bg-raised/90 p-0.5 shadow-card pointer-coarse:[&_button]:min-h-9 pointer-coarse:[&_button]:min-w-9">
      {children}
    </div>
  );
}

function save(scene: Scene, name: string): void {
  const link = document.createElement('a');
  link.href = scene.picture();
  link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'structure'}.png`;
  link.click();
}
