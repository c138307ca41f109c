#include "store/record.h"

#include "store/folder.h"
#include "store/record_parts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_record(const llr_job_t *job, const llr_catalog_t *catalog, llr_text_t *out)
{
    char id[LLR_HASH_TEXT];
    llr_job_print(job, out);
    for (int64_t i = 0; i < catalog->datasets; i++)
        llr_text_add(out, "# content of %s: %s\n", job->dataset[i].name,
                     llr_hash_text(catalog->facts[i].content, id));
    for (int64_t i = 0; i < catalog->datasets; i++)
        llr_record_add_facts(out, job->dataset[i].name, &catalog->facts[i]);
}

/* Those of the lines that the text does not have yet. */
static void add_new_lines(const char *line, llr_text_t *text)
{
    while (line && *line) {
        int64_t length = (int64_t)strcspn(line, "\n") + 1, before = text->length;
        llr_text_add_bytes(text, line, length);
        if (text->failed) return;
        if (strstr(text->data, text->data + before) != text->data + before) {
            text->length = before;
            text->data[before] = '\0';
        }
        line += length;
    }
}

llr_code_t llr_record_write(const char *folder, const llr_job_t *job, const llr_catalog_t *catalog,
                            const llr_text_t *runs, llr_error_t *error)
{
    llr_text_t text = {0}, difference = {0};
    print_record(job, catalog, &text);
    llr_record_difference(folder, job, catalog, &difference);
    if (!difference.length) llr_record_runs(folder, &text);
    llr_text_destroy(&difference);
    add_new_lines(runs->data, &text);
    llr_code_t code = llr_folder_make(folder, error);
    if (code == LLR_OK) code = llr_aside_text(folder, "job.yaml", &text, "the job's text", error);
    if (code == LLR_OK) code = llr_folder_sync(folder, error);
    llr_text_destroy(&text);
    return code;
}

void llr_record_read(const char *folder, llr_text_t *text)
{
    llr_text_t path = {0};
    char piece[4096];
    llr_text_add(&path, "%s/job.yaml", folder);
    FILE *file = path.failed ? NULL : fopen(path.data, "re");
    llr_text_destroy(&path);
    if (!file) return;
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        llr_text_add_bytes(text, piece, (int64_t)got);
    fclose(file);
}

/* Where things are, who did them, and what follows from the contents make no difference. */
static bool is_place(const char *line)
{
    return llr_record_is_run_line(line) || !strncmp(line, "# facts of ", 11) ||
           strstr(line, " path:") || !strncmp(line, "output:", 7) || !strncmp(line, "name:", 5);
}

/* Cuts the next line that counts off *rest; "" at the end. */
static const char *next_line(char **rest)
{
    while (*rest && **rest) {
        char *line = *rest, *end = strchr(line, '\n');
        *rest = end ? end + 1 : line + strlen(line);
        if (end) *end = '\0';
        if (!is_place(line)) return line + strspn(line, " -#");
    }
    return "";
}

void llr_record_difference(const char *folder, const llr_job_t *job, const llr_catalog_t *catalog,
                           llr_text_t *out)
{
    llr_text_t before = {0}, now = {0};
    llr_record_read(folder, &before);
    print_record(job, catalog, &now);
    char *old_rest = before.data, *new_rest = now.data;
    while (before.data && now.data && (*old_rest || *new_rest)) {
        const char *was = next_line(&old_rest), *is = next_line(&new_rest);
        if (!strcmp(was, is)) continue;
        llr_text_add(out, "was `%.200s`, now `%.200s`", was, is);
        break;
    }
    llr_text_destroy(&before);
    llr_text_destroy(&now);
}

/* What stands behind "# WHAT of NAME: "; NULL: there is no such line. */
static const char *find_line(const char *text, const char *what, const char *name)
{
    llr_text_t line = {0};
    llr_text_add(&line, "\n# %s of %s: ", what, name);
    const char *at = text && !line.failed ? strstr(text, line.data) : NULL;
    if (at) at += line.length;
    llr_text_destroy(&line);
    return at;
}

static bool find_content(const char *text, const char *name, llr_hash_t *content)
{
    const char *at = find_line(text, "content", name);
    return at && llr_hash_read(at, content);
}

static bool find_facts(const char *text, const char *name, llr_dataset_t *dataset)
{
    const char *at = find_line(text, "facts", name);
    return at && llr_record_read_facts(at, &dataset->facts) &&
           find_content(text, name, &dataset->facts.content);
}

bool llr_record_facts(const char *folder, const llr_job_t *job, llr_catalog_t *catalog)
{
    llr_text_t text = {0};
    llr_record_read(folder, &text);
    bool whole = !llr_catalog_allocate(catalog, job->datasets, NULL);
    for (int64_t i = 0; whole && i < job->datasets; i++) {
        whole = find_facts(text.data, job->dataset[i].name, &catalog->dataset[i]);
        catalog->facts[i] = catalog->dataset[i].facts;
        catalog->source_of[i] = -1;
    }
    if (!whole) llr_catalog_close(catalog);
    llr_text_destroy(&text);
    return whole;
}

llr_code_t llr_record_contents(const char *folder, const llr_job_t *job, llr_catalog_t *catalog,
                               llr_error_t *error)
{
    llr_text_t text = {0};
    llr_code_t code = LLR_OK;
    llr_record_read(folder, &text);
    for (int64_t i = 0; code == LLR_OK && i < job->datasets; i++)
        if (!find_content(text.data, job->dataset[i].name, &catalog->facts[i].content))
            code = llr_fail(error, LLR_INVALID,
                            "%s/job.yaml: does not name the content of dataset \"%s\"; it is not "
                            "the job.yaml of a run",
                            folder, job->dataset[i].name);
    llr_text_destroy(&text);
    return code;
}

bool llr_record_content(const char *text, int64_t datasets, llr_hash_t *content)
{
    enum { DIGITS = LLR_HASH_TEXT - 1 };
    llr_hasher_t *hasher = llr_hasher_create();
    llr_hash_t id;
    int64_t read = 0;
    for (const char *line = text; (line = strstr(line, "\n# content of "));) {
        const char *start = line + 1, *end = start + strcspn(start, "\n");
        line = end;
        if (end - start < DIGITS || !llr_hash_read(end - DIGITS, &id)) continue;
        llr_hasher_add(hasher, &id, sizeof id);
        read++;
    }
    *content = llr_hasher_finish(hasher);
    return hasher && read == datasets;
}
