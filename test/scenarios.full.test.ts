import { describeScenarios, scenarioNames } from './scenario-suite.js';

describeScenarios(scenarioNames('full'));
