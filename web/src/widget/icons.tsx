/** The few signs there are; drawn here, so that nothing is fetched. */

const Icon = ({ path }: { path: string }) => (
  <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d={path} />
  </svg>
);

export const Bubble = () => <Icon path="M21 12a8 8 0 0 1-8 8H4l2-3.4A8 8 0 1 1 21 12z" />;
export const Down = () => <Icon path="M6 9l6 6 6-6" />;
export const Cross = () => <Icon path="M6 6l12 12M18 6L6 18" />;
export const Plane = () => <Icon path="M4 12l16-8-6 16-3-6-7-2z" />;
export const Clip = () => <Icon path="M20 11l-8.6 8.6a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.6 8.6a1.7 1.7 0 0 1-2.4-2.4L14 7.6" />;
export const Pin = () => <Icon path="M12 21s7-6.3 7-11.5A7 7 0 0 0 5 9.5C5 14.7 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z" />;
