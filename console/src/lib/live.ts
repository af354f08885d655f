import { createContext } from 'react';

/** Whether views ask again by themselves. */
export const LiveContext = createContext(false);
