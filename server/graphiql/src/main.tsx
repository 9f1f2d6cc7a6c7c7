/** Starts the page. */
import { createRoot } from 'react-dom/client';
import { readConfig } from './config';
import { takeSessionFromAddress } from './session';
import './workers';
// GraphiQL loads Monaco later and without its styles; named here, script and styles come with the page.
import 'monaco-graphql/esm/monaco-editor.js';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './style.css';
import { App } from './App';

const firstSession = takeSessionFromAddress();
const element = document.getElementById('graphiql');
if (!element) throw new Error('The page has no element to start in');
createRoot(element).render(<App config={readConfig(element)} firstSession={firstSession} />);
