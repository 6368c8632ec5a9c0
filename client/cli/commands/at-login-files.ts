/** What a service manager reads of a daemon: a unit of systemd, or a property list of launchd. */

/** How the daemon of a project is started. */
export interface ServiceFacts {
  readonly project: string;
  /** The program and its arguments, each whole. */
  readonly command: readonly string[];
  /** Variables that the daemon and what it runs are to have. */
  readonly env: Readonly<Record<string, string>>;
  /** Where launchd writes what the daemon says; systemd has its journal. */
  readonly log: string;
}

/** A start that cannot succeed is not tried again: wrong usage, bad files, one that runs already, not possible here. */
const FINAL = [64, 65, 75, 77, 78];

/** Of systemd's own: double quotes, with C escapes; `%` begins a specifier. */
const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;
/** In a command `$` begins a variable. */
const argument = (text: string): string => quoted(text).replaceAll('$', '$$$$');

/** Only the daemon is ended by systemd: runs at work go on, and the next start finds them. */
export const systemdUnit = ({ project, command, env }: ServiceFacts): string => `[Unit]
Description=Signalbox for ${project.replaceAll('%', '%%')}
Documentation=man:signalbox(1)

[Service]
Type=exec
ExecStart=${command.map(argument).join(' ')}
WorkingDirectory=${project.replaceAll('%', '%%')}
${Object.entries(env)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`)
  .join('\n')}
KillMode=process
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=${FINAL.join(' ')}

[Install]
WantedBy=default.target
`;

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const string = (text: string): string =>
  `<string>${text.replace(/[&<>]/g, (sign) => XML[sign] ?? '')}</string>`;

/** The same for launchd, which leaves the processes of a job alone when it is told to. */
export const launchdPlist = (
  label: string,
  { project, command, env, log }: ServiceFacts,
): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  ${string(label)}
  <key>ProgramArguments</key>
  <array>
${command.map((each) => `    ${string(each)}`).join('\n')}
  </array>
  <key>WorkingDirectory</key>
  ${string(project)}
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(env)
  .map(([name, value]) => `    <key>${name}</key>\n    ${string(value)}`)
  .join('\n')}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>StandardOutPath</key>
  ${string(log)}
  <key>StandardErrorPath</key>
  ${string(log)}
</dict>
</plist>
`;
