import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../../package.json';
import { formatReport, reportError } from '../protocol/errors';
import { PRECISION_WISHES } from '../protocol/precision';
import { type CommandContext, commandContext, type GlobalOptions } from './context';
import { evaluate } from './eval';
import { describeExitCodes, EXIT_CODE_OF, type ExitCode, USAGE_ERROR } from './exitCodes';
import { labels } from './labels';
import * as models from './models';
import { predict } from './predict';
import * as runs from './runs';
import { type TrainOptions, train } from './train';

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
};

const columnValue = (text: string, earlier: Record<string, string> = {}): Record<string, string> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must look like name=value.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
};

/** The command line as a whole; `finish` hears the exit code of the command that ran. */
function commandLine(finish: (code: ExitCode) => void): Command {
  const program = new Command('softprompt')
    .description('Tune a small soft prompt for a frozen language model, on your own dataset.')
    .version(version)
    .option('--json', 'one JSON object a line on standard output, for machines')
    .option('--quiet', 'results and errors only')
    .option('--cache <folder>', 'where models and compiled models are kept')
    .addOption(new Option('--threads <count>', 'processor threads to use').argParser(wholeNumber))
    .addHelpText('after', `\n${describeExitCodes()}`)
    .showHelpAfterError('(softprompt --help shows what there is)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();

  /** Runs a command with the context that the global options ask for. */
  const run =
    <A extends unknown[]>(command: (context: CommandContext, ...parameters: A) => Promise<ExitCode>) =>
    async (...parameters: A): Promise<void> => {
      finish(await command(commandContext(program.opts<GlobalOptions>()), ...parameters));
    };

  program
    .command('train')
    .description('tune a prompt; Ctrl-C saves a checkpoint and stops')
    .argument('[task]', 'a NAME.softprompt.json file')
    .option('--resume <run>', 'go on with a stopped run: its folder or name')
    .option('--runs <folder>', 'where to put the run (default: .softprompt/runs beside the task file)')
    .addOption(
      new Option(
        '--precision <precision>',
        "in place of the task's training.precision; a resumed run keeps its own",
      )
        .choices(PRECISION_WISHES)
        .conflicts('resume'),
    )
    .action((task: string | undefined, options: TrainOptions, command: Command) => {
      if ((task === undefined) === (options.resume === undefined)) {
        command.error('error: give either a task file or --resume <run>');
      }
      return run(train)(task, options);
    });

  program
    .command('eval')
    .description("test a run's best prompt again, beside the hard prompts")
    .argument('<run>', 'the folder of a run, the beginning of its name, or `latest`')
    .argument('[file]', "another dataset file than the run's own test rows")
    .action((name: string, file: string | undefined) => run(evaluate)(name, file));

  program
    .command('predict')
    .description("answer texts with a run's best prompt")
    .argument('<run>', 'the folder of a run, the beginning of its name, or `latest`')
    .argument('[text...]', 'the texts; `-` or nothing reads them from standard input, one a line')
    .option('--column <name=value>', 'the value of a hole of the template; once for each hole', columnValue)
    .action((name: string, texts: string[], { column = {} }: { column?: Record<string, string> }) =>
      run(predict)(name, texts, column),
    );

  program
    .command('labels')
    .description('find rows whose label a prompt contradicts that was tuned on the other rows')
    .argument('<task>', 'a NAME.softprompt.json file')
    .action((task: string) => run(labels)(task));

  const modelCommands = program
    .command('models')
    .description('base models: what there is and what is on disk');
  modelCommands
    .command('list', { isDefault: true })
    .description('list them, and what the cache folder holds')
    .action(() => run(models.list)());
  modelCommands
    .command('pull')
    .description('download a model of the catalogue')
    .argument('<name>')
    .action((name: string) => run(models.pull)(name));
  modelCommands
    .command('remove')
    .description('delete something from the cache folder: a name or path of the list, or `all`')
    .argument('<what>')
    .action((what: string) => run(models.remove)(what));

  const runCommands = program.command('runs').description('runs: their scores, and what they learned');
  runCommands
    .command('list', { isDefault: true })
    .description("list a folder's runs, newest first")
    .argument('[folder]', 'the folder that holds .softprompt', '.')
    .action((folder: string) => run(runs.list)(folder));
  runCommands
    .command('show')
    .description('results, mistakes and nearest words of a run')
    .argument('<run>')
    .action((name: string) => run(runs.show)(name));
  runCommands
    .command('delete')
    .description("delete a run's folder")
    .argument('<run>')
    .action((name: string) => run(runs.remove)(name));

  return program;
}

async function main(): Promise<void> {
  // `softprompt … | head`: the reader has what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const program = commandLine((code) => {
    process.exitCode = code;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = fail(error, program.opts<GlobalOptions>());
  }
}

/** Says what went wrong, and returns the exit code for it. */
function fail(error: unknown, options: GlobalOptions): ExitCode {
  // Commander has said what it had to say; --help and --version come this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
  const { terminal } = commandContext(options);
  const report = reportError(error);
  terminal.json({ type: 'error', ...report });
  const stack = report.stack ? `\n${report.stack}` : '';
  terminal.error(`${terminal.styleMessage('red', 'softprompt:')} ${formatReport(report)}${stack}`);
  return EXIT_CODE_OF[report.code];
}

void main();
