#include "app/scaling.h"

#include "app/results.h"
#include "base/memory.h"
#include "par/estimate.h"
#include "store/job_file.h"
#include "store/record.h"

#include <math.h>
#include <stdlib.h>

/* job.yaml alone: its datasets need not be there any more. */
static llr_code_t read_job(llr_scaling_point_t *point, llr_error_t *error)
{
    llr_session_t session = {0};
    llr_text_t path = {0}, text = {0};
    llr_text_add(&path, "%s/job.yaml", point->folder);
    llr_code_t code = path.failed ? llr_fail_memory(error, path.length, "a path")
                                  : llr_job_file_read(path.data, &text, error);
    if (code == LLR_OK) code = llr_session_parse(&session, &text, path.data, point->folder, error);
    if (code == LLR_INVALID) llr_session_findings(&session.findings);
    if (code == LLR_OK && !llr_record_content(text.data, session.job.datasets, &point->content))
        code = llr_fail(error, LLR_INVALID, "%s is not the job.yaml of a run", path.data);
    point->job = session.job;
    llr_findings_destroy(&session.findings);
    llr_text_destroy(&text);
    llr_text_destroy(&path);
    return code;
}

/* Adds the lines of one run, ranks of them; nothing where it found all that it had to do. */
static void add_run(llr_scaling_point_t *point, const llr_time_line_t *line)
{
    double solved[2] = {0, 0}; /* mean, most */
    if (point->runs && line->ranks != point->ranks) point->flaw = "of several rank counts";
    point->runs++;
    point->ranks = line->ranks;
    point->nodes = line->nodes;
    point->units += line->units;
    point->cells += line->cells;
    point->wall += llr_time_line_wall(line);
    for (int s = 0; s < LLR_STAGES; s++) {
        double most = 0, sum = 0;
        for (int64_t r = 0; r < line->ranks; r++) {
            sum += line[r].wall[s];
            most = line[r].wall[s] > most ? line[r].wall[s] : most;
        }
        point->mean[s] += sum / (double)line->ranks;
        point->most[s] += most;
    }
    for (int64_t r = 0; r < line->ranks; r++) {
        double mine = line[r].wall[LLR_STAGE_SOLVE] + line[r].wall[LLR_STAGE_METRICS];
        solved[0] += mine / (double)line->ranks;
        solved[1] = mine > solved[1] ? mine : solved[1];
    }
    point->imbalance = solved[0] > 0 ? solved[1] / solved[0] - 1 : 0;
}

/* Whole runs only: every rank has its line. */
static llr_code_t add_runs(llr_scaling_point_t *point, const llr_timesheet_t *sheet,
                           llr_error_t *error)
{
    const llr_time_line_t *last = NULL;
    for (int64_t i = 0; i < sheet->lines; i += sheet->line[i].ranks) {
        const llr_time_line_t *line = &sheet->line[i];
        for (int64_t r = 0; r < line->ranks; r++)
            if (i + r >= sheet->lines || line[r].run != line->run || line[r].rank != r)
                return llr_fail(error, LLR_INVALID, "%s/times.csv: run %lld lacks rank %lld",
                                point->folder, (long long)line->run, (long long)r);
        if (line->units || line->stopped) add_run(point, line);
        last = line;
    }
    if (!point->runs) return LLR_OK;
    if (last->stopped)
        point->flaw = "not finished";
    else if (last->found + last->units > point->units)
        point->flaw = "it found units without times: gathered, or of a run that was killed";
    return LLR_OK;
}

static llr_code_t read_point(llr_scaling_point_t *point, llr_error_t *error)
{
    llr_timesheet_t sheet;
    LLR_TRY(llr_results_check_folder(point->folder, error));
    LLR_TRY(read_job(point, error));
    llr_code_t code = llr_timesheet_read(&sheet, point->folder, error);
    if (code == LLR_OK) code = add_runs(point, &sheet, error);
    llr_timesheet_destroy(&sheet);
    if (code == LLR_OK && !point->runs)
        return llr_fail(error, LLR_INVALID,
                        "%s: has no times of a run (times.csv); run the job again, at an empty "
                        "folder",
                        point->folder);
    return code;
}

static llr_hash_t fingerprint(const llr_scaling_point_t *point, bool weak)
{
    llr_job_t job = point->job;
    if (weak) job.seeds = 1;
    return llr_job_fingerprint(&job);
}

static llr_code_t check_same(const llr_scaling_point_t *a, const llr_scaling_point_t *b, bool weak,
                             llr_error_t *error)
{
    if (!llr_hash_equal(a->content, b->content))
        return llr_fail(error, LLR_INVALID, "%s and %s are of different datasets", a->folder,
                        b->folder);
    if (!llr_hash_equal(fingerprint(a, weak), fingerprint(b, weak)))
        return llr_fail(error, LLR_INVALID, "%s and %s are of different jobs%s", a->folder,
                        b->folder,
                        weak                           ? "; with --weak seeds may differ in number"
                        : a->job.seeds != b->job.seeds ? "; where seeds differ in number: --weak"
                                                       : "");
    if (!weak && !a->flaw && !b->flaw && a->units != b->units)
        return llr_fail(error, LLR_INVALID,
                        "%s and %s are of different shards of a job: %lld and %lld units",
                        a->folder, b->folder, (long long)a->units, (long long)b->units);
    return LLR_OK;
}

static int by_ranks(const void *a, const void *b)
{
    const llr_scaling_point_t *x = a, *y = b;
    if (x->ranks != y->ranks) return x->ranks < y->ranks ? -1 : 1;
    return (x->wall > y->wall) - (x->wall < y->wall);
}

static void find_marks(llr_scaling_t *scaling)
{
    scaling->base = scaling->quickest = -1;
    for (int64_t p = 0; p < scaling->points; p++) {
        const llr_scaling_point_t *point = &scaling->point[p];
        if (point->flaw) continue;
        if (scaling->base < 0) scaling->base = p;
        if (scaling->quickest < 0 || point->wall < scaling->point[scaling->quickest].wall)
            scaling->quickest = p;
    }
}

llr_code_t llr_scaling_open(llr_scaling_t *scaling, const char *const *folder, int64_t folders,
                            bool weak, llr_error_t *error)
{
    *scaling = (llr_scaling_t){.base = -1, .quickest = -1};
    scaling->point = llr_alloc(folders, sizeof *scaling->point);
    if (!scaling->point) return llr_fail_memory(error, folders, "the list of folders");
    for (; scaling->points < folders; scaling->points++) {
        llr_scaling_point_t *point = &scaling->point[scaling->points];
        point->folder = folder[scaling->points];
        point->predicted = NAN;
        LLR_TRY(read_point(point, error));
        if (scaling->points) LLR_TRY(check_same(&scaling->point[0], point, weak, error));
    }
    qsort(scaling->point, (size_t)folders, sizeof *scaling->point, by_ranks);
    find_marks(scaling);
    return LLR_OK;
}

/* pace: made where it is NULL so far, from these timings. */
static llr_code_t predict_point(llr_scaling_point_t *point, llr_pace_t *pace, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_estimate_t estimate = {0};
    llr_stages_t stages;
    llr_code_t code = llr_loaded_open(&loaded, point->folder, error);
    const llr_session_t *session = &loaded.session;
    if (code == LLR_OK && !pace->kind) {
        code = llr_pace_create(pace, LLR_REGIMES, error);
        if (code == LLR_OK)
            llr_pace_learn(pace, &session->grid, session->catalog.facts, loaded.block);
    }
    if (code == LLR_OK && point->units == session->grid.units) {
        code = llr_estimate_create(&estimate, &session->grid, &session->catalog, pace, error);
        if (code == LLR_OK)
            code = llr_estimate_stages(&estimate, (int)point->ranks, &stages, error);
        if (code == LLR_OK) point->predicted = llr_stages_wall(&stages);
    }
    llr_estimate_destroy(&estimate);
    llr_loaded_close(&loaded);
    return code;
}

void llr_scaling_predict(llr_scaling_t *scaling)
{
    llr_pace_t pace = {0};
    llr_error_t unused = {0};
    llr_code_t code = scaling->base < 0
                          ? LLR_INVALID
                          : predict_point(&scaling->point[scaling->base], &pace, &unused);
    for (int64_t p = 0; code == LLR_OK && p < scaling->points; p++)
        if (p != scaling->base) predict_point(&scaling->point[p], &pace, &unused);
    llr_pace_destroy(&pace);
}

void llr_scaling_close(llr_scaling_t *scaling)
{
    for (int64_t p = 0; scaling->point && p < scaling->points; p++)
        llr_job_destroy(&scaling->point[p].job);
    free(scaling->point);
    *scaling = (llr_scaling_t){0};
}

static double rate(const llr_scaling_point_t *point)
{
    return (double)point->cells / point->wall;
}

double llr_scaling_speed_up(const llr_scaling_t *scaling, int64_t point)
{
    return rate(&scaling->point[point]) / rate(&scaling->point[scaling->base]);
}

double llr_scaling_efficiency(const llr_scaling_t *scaling, int64_t point)
{
    return llr_scaling_speed_up(scaling, point) * (double)scaling->point[scaling->base].ranks /
           (double)scaling->point[point].ranks;
}
