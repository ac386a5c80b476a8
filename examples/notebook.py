"""Looks at a report as in a notebook: open this file in VS Code, PyCharm or Jupyter (jupytext), cell by cell.

It needs a head (`nerproc serve`), and `pip install 'nerproc[notebook]'`.
"""

# %% [markdown]
# Submit a folder to the head that `NERPROC_API_URL` names, or to the one that runs on this machine. Jobs,
# reports and pages of entities show themselves with the charts of the web page.

# %%
from pathlib import Path

import nerproc

client = nerproc.Client()
people = {"name": "people with numbers", "query": "COUNT(EMAIL) > 1 AND COUNT(PHONE_NUMBER) > 0"}
report = client.wait(client.submit("examples/documents", model="patterns", groups=[people]))
report

# %% [markdown]
# Entities come a page at a time; each is shown in what stands around it.

# %%
page = client.entity_page(report.id, label=["EMAIL", "IBAN"], limit=20)
page

# %% [markdown]
# How an object begins, with what was found there.

# %%
letter = next(found for found in client.objects(report.id) if found.object.startswith("letters/"))
letter

# %% [markdown]
# All of it as a data frame: which labels are found where?

# %%
found = report.to_pandas()
found.groupby([found["object"].str.split("/").str[0], "label"]).size().unstack(fill_value=0)

# %% [markdown]
# Or in SQL, without pandas: texts that are in several objects.

# %%
shared = report.to_duckdb().query(
    "entities",
    """
    SELECT label, count(DISTINCT object) AS objects
      FROM entities GROUP BY label, text HAVING objects > 1 ORDER BY objects DESC, label LIMIT 10
    """,
)
shared

# %% [markdown]
# To show to others: one HTML file, without the texts of entities.

# %%
with Path("report.html").open("wb") as file:
    file.writelines(client.export(report.id, "html"))
