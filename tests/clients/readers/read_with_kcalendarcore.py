"""KCalendarCore, the reader inside KOrganizer: prints the occurrences of a calendar on the web."""

import os
import subprocess
import sys
import urllib.request

url, *between = sys.argv[1:]
with urllib.request.urlopen(url) as answer:
    content = answer.read()
program = os.path.join(os.environ["KEPT"], "kcalendarcore")
done = subprocess.run([program, *(between or ("2020-01-01", "2032-01-01"))], input=content, stdout=subprocess.PIPE)
sys.stdout.write(done.stdout.decode("utf-8"))
sys.exit(done.returncode)
