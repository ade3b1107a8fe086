"""The manual pages say what the programs' --help and the documents say: nothing is missing, and nothing is too much."""
import re
import subprocess
import unittest

import programs

PAGES = ("lantern-migrate.1", "lantern-migrate-job.5", "lantern-migrated.yaml.5", "lantern-migrated.8")


def source(page: str) -> str:
    return (programs.MAN / page).read_text()


def plain(line: str) -> str:
    """A line of the page without its fonts."""
    line = re.sub(r'^\.(?:BR?|RB|I|IR) ', "", line)
    line = re.sub(r"\\f[BIPR]", "", line)
    return line.replace("\\-", "-").replace("\\(aq", "'").replace("\\(ti", "~").replace('"', "").strip()


def entries(page: str) -> dict[str, str]:
    """What a .TP explains: its head, and the text up to the next one."""
    found = {}
    for part in re.split(r"^\.TP\n", source(page), flags=re.MULTILINE)[1:]:
        head, _, text = part.partition("\n")
        found[plain(head)] = re.split(r"^\.S[HS] ", text, flags=re.MULTILINE)[0]
    return found


def explained_options(page: str) -> set[str]:
    return {word for head in entries(page) for word in re.findall(r"--[a-z-]+", head)}


def document_keys(document: str) -> list[str]:
    text = (programs.DOCUMENTS / document).read_text()
    return re.findall(r"^(?:### |\| )`([a-z_.]+)`(?: \||$)", text, flags=re.MULTILINE)


class ManualPages(unittest.TestCase):
    def test_have_no_warning_of_mandoc(self):
        for page in PAGES:
            with self.subTest(page):
                lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning", programs.MAN / page], capture_output=True, text=True, timeout=30)
                self.assertEqual(lint.stdout + lint.stderr, "")

    def test_are_all_of_those_that_are_there(self):
        self.assertEqual(sorted(path.name for path in programs.MAN.iterdir()), sorted(PAGES))

    def test_name_only_pages_that_are_there_or_belong_to_the_system(self):
        system = {"pg_dump(1)", "systemd(1)", "systemd.exec(5)", "systemd-creds(1)"}
        own = {re.sub(r"(.*)\.(\d)$", r"\1(\2)", page) for page in PAGES}
        for page in PAGES:
            named = {f"{name}({section})" for name, section in re.findall(r"^\.BR ([\w.\\-]+) \((\d)\)", source(page), flags=re.MULTILINE)}
            named = {name.replace("\\-", "-") for name in named}
            with self.subTest(page):
                self.assertLessEqual(named, own | system)
                self.assertGreater(len(named & own), 1)


class ClientPage(unittest.TestCase):
    page = "lantern-migrate.1"

    def commands_in_page(self) -> list[str]:
        text = source(self.page).split(".SH COMMANDS FOR JOB FILES", 1)[1].split(".SH OPTIONS", 1)[0]
        return [plain(head).split()[0] for head in re.findall(r"^\.TP\n(.*)", text, flags=re.MULTILINE)]

    def test_explains_every_command_and_no_other(self):
        self.assertEqual(sorted(self.commands_in_page()), sorted(programs.commands()))

    def test_has_every_command_in_its_synopsis(self):
        synopsis = plain(source(self.page).split(".SH SYNOPSIS", 1)[1].split(".SH", 1)[0])
        words = set(re.findall(r"[a-z]+", synopsis))
        self.assertEqual(set(programs.commands()) - words, set())

    def test_gives_each_command_the_arguments_that_its_help_gives(self):
        for head in entries(self.page):
            words = head.split()
            if words[0] not in programs.commands() or head != head.strip("."):
                continue
            usage = re.search(r"^Usage: lantern-migrate \w+ \[OPTIONS\] ?(.*)$", programs.help_of(programs.CLIENT, words[0]), re.MULTILINE)
            with self.subTest(words[0]):
                self.assertEqual(" ".join(words[1:]), usage.group(1).strip())

    def test_explains_every_option_and_no_other(self):
        self.assertEqual(explained_options(self.page), set().union(*programs.client_options().values()))

    def test_names_the_commands_of_an_option_that_few_have(self):
        options = programs.client_options()
        checked = 0
        for head, text in entries(self.page).items():
            first = plain(text.partition("\n")[0])
            if not head.startswith("--") or not first.startswith("("):
                continue
            named = re.findall(r"[a-z]+", first.split(")")[0])
            with self.subTest(head):
                self.assertEqual(sorted(named), sorted(name for name, has in options.items() if head.split()[0] in has))
            checked += 1
        self.assertGreaterEqual(checked, 5)

    def test_explains_every_exit_status_of_the_help(self):
        text = programs.help_of(programs.CLIENT).split("Exit status:", 1)[1]
        statuses = re.findall(r"\b(\d) ", text)
        self.assertEqual(len(statuses), 6)
        self.assertLessEqual(set(statuses), set(entries(self.page)))

    def test_says_what_every_disposition_means(self):
        words = (programs.ROOT / "migrations-state" / "words.cpp").read_text()
        dispositions = re.findall(r'\{Disposition::\w+, "(\w+)"\}', words)
        self.assertEqual(len(dispositions), 7)
        self.assertLessEqual(set(dispositions), set(entries(self.page)))

    def test_names_the_steps_in_their_order(self):
        words = (programs.ROOT / "migrations-state" / "words.cpp").read_text()
        steps = re.findall(r'\{Step::\w+, "(\w+)"\}', words)
        text = source(self.page).split("in this order:", 1)[1].split("Of these", 1)[0]
        self.assertEqual(re.findall(r"[a-z_]{3,}", text), steps)


class DaemonPage(unittest.TestCase):
    def test_explains_every_option_and_no_other(self):
        self.assertEqual(explained_options("lantern-migrated.8"), programs.options_of(programs.DAEMON))


class FilePages(unittest.TestCase):
    def test_explain_every_key_of_the_documents_and_no_other(self):
        for page, document, fewest in (("lantern-migrate-job.5", "job-file.md", 30), ("lantern-migrated.yaml.5", "daemon-file.md", 15)):
            with self.subTest(page):
                keys = document_keys(document)
                self.assertGreaterEqual(len(keys), fewest)
                self.assertEqual(list(entries(page)), keys)


if __name__ == "__main__":
    unittest.main()
