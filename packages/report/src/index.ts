export type { BlockFacts, DeclaredLicense, InnerEntry } from './contents/block-facts.ts';
export type {
  CarriedLayer,
  Contents,
  ContentsParts,
  ContentsSource,
  Knowledge,
} from './contents/contents.ts';
export { contentsOf } from './contents/contents.ts';
export { declaredLicense } from './contents/declared-license.ts';
export { licenseText } from './contents/license-text.ts';
export type { PackFindings } from './contents/pack-findings.ts';
export { isPackFindings } from './contents/pack-findings.ts';
export type { ManifestLocation, Package, PackageRelation, PackageRole } from './contents/package.ts';
export { comparePackages } from './contents/packages-of.ts';
export { contentsBytes, diffContents } from './difference/diff-contents.ts';
export type {
  ChangeKind,
  ContentsDifference,
  ContentsTitle,
  DifferenceFigures,
  PackageChange,
} from './difference/difference.ts';
export { shownPackage } from './difference/difference.ts';
export type { ExactCosts } from './difference/exact-costs.ts';
export { withExactCosts } from './difference/exact-costs.ts';
export type { EntryChange, InsideDifference } from './difference/inside.ts';
export type { PackagePair } from './difference/pair-packages.ts';
export { forecastPage } from './document/forecast-page.ts';
export type { FormatName } from './document/formats.ts';
export { formatNames, formats, formatsFor, isFormatName } from './document/formats.ts';
export { markdownMarkers } from './document/render-markdown.ts';
export type { Renderer, RenderOptions } from './document/renderer.ts';
export type {
  ContentsReport,
  DifferenceReport,
  ForecastReport,
  ReportDocument,
  ReviewDocument,
  ShareReport,
} from './document/report-document.ts';
export type { ReportFields } from './document/report-fields.ts';
export { reportFields } from './document/report-fields.ts';
export type { PageSection, ReportPage } from './document/report-page.ts';
export type { ReportColumn, ReportTable } from './document/report-tables.ts';
export { changesTable, packagesTable } from './document/report-tables.ts';
export { sharePage } from './document/share-page.ts';
export type { HistoryRange, HistoryState } from './forecast/history-of.ts';
export { historyOf } from './forecast/history-of.ts';
export type {
  HistoryChange,
  HistoryChangeKind,
  HistoryFigures,
  MonthCost,
  PackageCost,
  Trend,
  UpdateHistory,
} from './forecast/update-history.ts';
export type { FindingKind } from './rules/findings.ts';
export { findingNames } from './rules/findings.ts';
export { judge } from './rules/judge.ts';
export type { LicenseEntry } from './rules/license-entry.ts';
export type { PackagePattern } from './rules/package-pattern.ts';
export { acceptableRules } from './rules/rule-names.ts';
export type { RuleSettings } from './rules/rule-settings.ts';
export { joinRuleSettings, parseRuleSettings, rulesOf, rulesOfChanges } from './rules/rule-settings.ts';
export type {
  Acceptance,
  AcceptedViolation,
  Judgement,
  RuleName,
  Rules,
  Violation,
} from './rules/rules.ts';
export { shareContents } from './share/share-contents.ts';
export type {
  Sharing,
  SharingFigures,
  SharingImage,
  SkewedVersion,
  VersionSkew,
} from './share/sharing.ts';
export { summarize } from './summary/summarize.ts';
export type {
  BlockCopies,
  ContentsSummary,
  Duplicate,
  EcosystemShare,
  IntegritySummary,
  LicenseUse,
} from './summary/summary.ts';
export { differenceHeadline } from './text/difference-words.ts';
export type { SummarySection } from './text/summary-words.ts';
export { summaryHeadline, summarySections } from './text/summary-words.ts';
export { compareVersions } from './versions/compare-versions.ts';
export type { Ecosystem } from './versions/ecosystem.ts';
export type { VersionStep } from './versions/version-step.ts';
export { changeKind } from './versions/version-step.ts';
