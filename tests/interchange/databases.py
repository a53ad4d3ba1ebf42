"""Databases of Taguette and QualCoder, by the schemas that these programs make."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# taguette/database/models.py, as SQLAlchemy writes it; without indexes
TAGUETTE = """
CREATE TABLE users (login VARCHAR(30) NOT NULL PRIMARY KEY, created DATETIME NOT NULL);
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
  description TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE project_members (project_id INTEGER NOT NULL, user_login VARCHAR(30) NOT NULL,
  privileges VARCHAR(11) NOT NULL, PRIMARY KEY (project_id, user_login));
CREATE TABLE documents (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
  description TEXT NOT NULL, filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id), text_direction VARCHAR(13) NOT NULL,
  contents TEXT NOT NULL);
CREATE TABLE commands (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, date DATETIME NOT NULL,
  user_login VARCHAR(30) NOT NULL, project_id INTEGER NOT NULL, document_id INTEGER,
  payload TEXT NOT NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
  path VARCHAR(200) NOT NULL, description TEXT NOT NULL, UNIQUE (project_id, path));
CREATE TABLE highlights (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL, start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL,
  snippet TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL, tag_id INTEGER NOT NULL,
  PRIMARY KEY (highlight_id, tag_id));
"""

# ccbogel/QualCoder __main__.py, database version v14; v16 adds code_name.supercid
QUALCODER = """
CREATE TABLE project (databaseversion text, date text, memo text, about text,
  bookmarkfile integer, bookmarkpos integer, codername text, recently_used_codes text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text,
  owner text, date text, av_text_id integer, risid integer, unique(name));
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, y1 integer,
  width integer, height integer, cid integer, memo text, date text, owner text,
  important integer, pdf_page integer);
CREATE TABLE code_av (avid integer primary key, id integer, pos0 integer, pos1 integer,
  cid integer, memo text, date text, owner text, important integer);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer,
  memo text, owner text, date text, unique(fid,pos0,pos1,owner));
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text,
  caseOrFile text, valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text,
  id integer, date text, owner text, unique(name,attr_type,id));
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer,
  pos1 integer, owner text, date text, memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text,
  constraint ucm unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
  supercatid integer, unique(name));
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
  pos0 integer, pos1 integer, owner text, date text, memo text, avid integer,
  important integer, unique(cid,fid,pos0,pos1,owner));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text,
  date text, color text, unique(name));
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text,
  unique(name));
CREATE TABLE stored_sql (title text, description text, grouper text, ssql text, unique(title));
CREATE TABLE coder_names (name text unique not null, visibility integer not null default 1);
"""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def make(path: Path, schema: str, rows: Rows) -> Path:
    """A database with these rows."""
    connection = sqlite3.connect(path)
    connection.executescript(schema)
    for table, records in rows.items():
        for record in records:
            marks = ", ".join("?" * len(record))
            columns = ", ".join(record)
            into = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours
            connection.execute(into, tuple(record.values()))
    connection.commit()
    connection.close()
    return path


def project(number: int = 1, name: str = "Waiting") -> dict[str, Any]:
    return {"id": number, "name": name, "description": "", "created": "2022-02-03 08:00:53.304249"}


def document(contents: str, number: int = 1, name: str = "P1.odt", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "name": name, "description": "", "filename": name, "project_id": 1,
        "created": "2022-02-16 14:19:40.661560", "text_direction": "LEFT_TO_RIGHT",
        "contents": contents, **more,
    }  # fmt: skip


def tag(number: int, path: str, description: str = "", of: int = 1) -> dict[str, Any]:
    return {"id": number, "project_id": of, "path": path, "description": description}


def highlight(number: int, start: int, end: int, snippet: str, of: int = 1) -> dict[str, Any]:
    return {
        "id": number, "document_id": of, "start_offset": start, "end_offset": end,
        "snippet": snippet,
    }  # fmt: skip


def command(login: str, when: str, **payload: Any) -> dict[str, Any]:
    return {"date": when, "user_login": login, "project_id": 1, "document_id": 1,
            "payload": json.dumps(payload)}  # fmt: skip


def qualcoder(folder: Path, rows: Rows, schema: str = QUALCODER) -> Path:
    """A project's folder."""
    folder.mkdir(parents=True)
    about = {"databaseversion": "v14", "date": "2024-01-15 10:00:00", "memo": "", "about": "",
             "codername": "Ann"}  # fmt: skip
    make(folder / "data.qda", schema, {"project": [about], **rows})
    return folder
